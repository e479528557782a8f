"""Webmail at the reseller's own host: its name and colour, log in by the form, the inbox."""

import re
from urllib.parse import urljoin

from stack.client.waiting import wait_for
from stack.client.web import Browser, Page
from stack.demo.receiving import received_subject
from stack.demo.steps import Journey, Step, expect
from stack.demo.world import World


def url(world: World) -> str:
    """Return the address of the reseller's webmail."""
    return f"https://{world.acme.webmail_host}/"


def branded_page(world: World) -> str:
    """The login page shows product name and colour."""
    browser = Browser(world.endpoints)
    page = browser.get(url(world))
    expect(page.status == 200, f"answered {page.status}: {page.document.text[:160]}")
    expect(
        world.acme.product in page.text,
        f"no “{world.acme.product}” in {page.document.text[:160]!r}",
    )
    expect(browser.carries(page, world.acme.colour), f"no {world.acme.colour} in the page")
    page.form_with("_user", "_pass", "_token")
    return f"{url(world)} says “{page.document.title}” and carries {world.acme.colour}"


def log_in(world: World, browser: Browser) -> Page:
    """Log in by the form and return the page with the inbox."""
    page = browser.get(url(world))
    form = page.form_with("_user", "_pass", "_token")
    fields = {"_user": world.sender.address, "_pass": world.sender.password}
    after = browser.submit(page, form, fields)
    expect(after.status == 200, f"log in answered {after.status}: {after.document.text[:160]}")
    expect("_task=mail" in after.url, f"landed at {after.url}: {after.document.text[:160]}")
    return after


def list_inbox(world: World, browser: Browser, inbox: Page) -> str:
    """Return the inbox listing as Roundcube's own script would fetch it."""
    found = re.search(r'"request_token":"([^"]+)"', inbox.text)
    expect(found, "the page carries no request token")
    assert found is not None
    page = browser.request(
        "GET",
        urljoin(url(world), "?_task=mail&_action=list&_mbox=INBOX&_remote=1"),
        headers={
            "X-Requested-With": "XMLHttpRequest",
            "X-Roundcube-Request": found.group(1),
            "Referer": inbox.url,
        },
    )
    expect(page.status == 200, f"the listing answered {page.status}")
    return str(page.json.get("exec", ""))


def read_inbox(world: World) -> str:
    """The received subject stands in the inbox."""
    browser = Browser(world.endpoints)
    inbox = log_in(world, browser)
    subject = received_subject(world)

    def listed() -> bool:
        return subject in list_inbox(world, browser, inbox)

    wait_for(listed, what=f"“{subject}” in webmail's inbox")
    return f"{world.sender.address} sees “{subject}”"


def wrong_password(world: World) -> str:
    """A wrong password stays at the login page."""
    browser = Browser(world.endpoints)
    page = browser.get(url(world))
    form = page.form_with("_user", "_pass", "_token")
    after = browser.submit(page, form, {"_user": world.sender.address, "_pass": "wrong"})
    expect("_task=mail" not in after.url, f"landed at {after.url}")
    after.form_with("_user", "_pass")
    return f"{after.status}: back at the login form"


JOURNEY: Journey[World] = Journey(
    key="webmail",
    title="webmail in the reseller's brand",
    needs=("J4-in",),
    steps=(
        Step(name="login page in name and colour", act=branded_page),
        Step(name="wrong password is refused", act=wrong_password),
        Step(name="inbox shows the received mail", act=read_inbox),
    ),
)
