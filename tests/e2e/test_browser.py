"""A person in a real browser: webmail is opened, read and written in, the portal shows what the API knows.

Pictures of each page at 1280 and 390 pixels go to the folder in LIVERY_SCREENSHOTS when it is set.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from stack.client.endpoints import Endpoints
from stack.demo.receiving import received_subject
from stack.demo.steps import Outcome
from stack.demo.world import World

PROGRAM = "/usr/bin/chromium"
WIDTHS = (1280, 390)
HEIGHT = 900


def trust(ca_file: str, home: Path) -> None:
    """Put our authority into the store that Chromium reads below its home."""
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    command = ["certutil", "-d", f"sql:{database}"]
    subprocess.run([*command, "-N", "--empty-password"], check=True)
    subprocess.run([*command, "-A", "-t", "C,,", "-n", "livery", "-i", ca_file], check=True)


@pytest.fixture(scope="module")
def chromium(endpoints: Endpoints, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Debian's Chromium: it knows the stack's names, and verifies certificates."""
    home = tmp_path_factory.mktemp("chromium")
    trust(endpoints.ca_file, home)
    rules = [
        f"MAP {pattern} {address}"
        for suffix, address in endpoints.raw["host_suffixes"].items()
        for pattern in (suffix, f"*.{suffix}")
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=PROGRAM,
            env={**os.environ, "HOME": str(home)},
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                f"--host-resolver-rules={', '.join(rules)}",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def person(chromium: Browser) -> Iterator[Page]:
    """A fresh profile whose page must not raise script errors."""
    context: BrowserContext = chromium.new_context(
        viewport={"width": WIDTHS[0], "height": HEIGHT}, locale="en-GB"
    )
    context.set_default_timeout(120_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def done(told: dict[str, Outcome], world: World) -> World:
    """The world after the journeys: a reseller with domain, mailbox, mail and invoice."""
    if world.ann is None:
        pytest.fail(f"no mailbox was made: {[one for one in told.values() if not one.ok]}")
    return world


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where pictures go."""
    folder = Path(os.environ.get("LIVERY_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def picture(page: Page, folder: Path, name: str) -> None:
    """Save the page at both widths and check that neither makes a person scroll sideways."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.wait_for_timeout(300)
        page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
        overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0, f"{name} is {overflow} pixels too wide at {width}"
    page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})


def open_webmail(page: Page, world: World) -> None:
    page.goto(f"https://{world.acme.webmail_host}/")
    page.fill("#rcmloginuser", world.sender.address)
    page.fill("#rcmloginpwd", world.sender.password)
    page.click("#rcmloginsubmit")
    page.wait_for_selector("#messagelist")


def test_webmail_shows_the_resellers_brand(person: Page, done: World, pictures: Path) -> None:
    person.goto(f"https://{done.acme.webmail_host}/")
    assert done.acme.product in person.title()
    assert done.acme.product in person.inner_text("body")
    picture(person, pictures, "webmail-login")


def test_the_owner_reads_mail_in_webmail(person: Page, done: World, pictures: Path) -> None:
    open_webmail(person, done)
    picture(person, pictures, "webmail-inbox")
    person.click(f"#messagelist .subject a:has-text('{received_subject(done)}')")
    person.wait_for_selector("#messagecontframe")
    frame = person.frame_locator("#messagecontframe")
    assert frame.locator("#messagebody").inner_text().strip() == "Good day."
    picture(person, pictures, "webmail-message")


def test_the_owner_writes_mail_in_webmail(person: Page, done: World, pictures: Path) -> None:
    to, subject = done.outside_address("browser"), f"from webmail {done.mark}"
    open_webmail(person, done)
    person.goto(f"https://{done.acme.webmail_host}/?_task=mail&_action=compose")
    person.fill("#compose_to input", to)
    person.keyboard.press("Tab")
    person.fill("#compose-subject", subject)
    person.fill("#composebody", "Written in a browser.")
    picture(person, pictures, "webmail-compose")
    person.click("button.send, a.send")
    arrived = done.outside.wait_message(to, subject=subject)
    assert arrived.is_authentic(done.domain), arrived.verdict_line
    assert "Written in a browser." in arrived.text


def test_the_sign_up_page_and_its_mail(person: Page, done: World, pictures: Path) -> None:
    person.goto(f"https://{done.acme.platform_host}/signup/")
    picture(person, pictures, "signup")
    mail = done.outside.wait_message(done.acme.email, subject="")
    html = mail.html
    assert done.acme.confirm_link in html
    person.goto("about:blank")  # a page of the portal would forbid the mail's inline styles
    person.set_content(html)
    picture(person, pictures, "confirmation-mail")


def test_the_owner_finds_everything_in_the_portal(
    person: Page, done: World, pictures: Path
) -> None:
    host = f"https://{done.acme.host}"
    person.goto(f"{host}/login/")
    picture(person, pictures, "login")
    person.fill("input[name=email]", done.acme.email)
    person.fill("input[name=password]", done.acme.password)
    person.click("form button[type=submit]")
    person.wait_for_url(f"{host}/")
    assert done.acme.product in person.content()
    picture(person, pictures, "dashboard")
    person.goto(f"{host}/domains/{done.domain_id}/")
    assert done.domain in person.content()
    picture(person, pictures, "domain")
    person.goto(f"{host}/mailboxes/")
    assert done.sender.address in person.content()
    picture(person, pictures, "mailboxes")
    person.goto(f"{host}/suppressions/")
    person.fill("input[name=address]", f"gone@{done.domain}")
    person.fill("input[name=note]", "asked by phone")
    person.click("section.form button[type=submit]")
    person.wait_for_selector(f"td:has-text('gone@{done.domain}')")
    picture(person, pictures, "suppressions")
    person.goto(f"{host}/brand/")
    picture(person, pictures, "brand")


def test_the_invoice_opens_to_its_records(person: Page, done: World, pictures: Path) -> None:
    assert done.invoices, "no invoice was made: see the journeys"
    host = f"https://{done.acme.host}"
    person.goto(f"{host}/login/")
    person.fill("input[name=email]", done.acme.email)
    person.fill("input[name=password]", done.acme.password)
    person.click("form button[type=submit]")
    person.wait_for_url(f"{host}/")
    person.goto(f"{host}/invoices/{done.invoices[0]}/")
    picture(person, pictures, "invoice")
    person.click(f"a[href*='/invoices/{done.invoices[0]}/lines/']")
    person.wait_for_url("**/lines/**")
    picture(person, pictures, "invoice-line")
