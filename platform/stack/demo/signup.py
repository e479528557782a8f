"""Journey 1: a reseller signs up and sees an empty dashboard in their own name and colour."""

import re
from urllib.parse import urlsplit

from stack.client.forms import Form
from stack.client.waiting import wait_for
from stack.client.web import Page
from stack.demo.steps import Journey, Step, expect
from stack.demo.world import Company, World


def send_form(company: Company) -> str:
    """Fill and send the sign-up form."""
    page = company.browser.fill(
        f"https://{company.platform_host}/signup/",
        {
            "company": company.company,
            "slug": company.slug,
            "email": company.email,
            "password": company.password,
        },
    )
    expect(page.status == 200, f"the form was answered with {page.status}")
    errors = [words for key, words in page.document.texts.items() if "error" in key and words]
    expect(not errors, f"the form was refused: {errors}")
    return f"{company.slug}: {page.document.title or page.document.text[:60]}"


def read_confirmation(world: World, company: Company) -> str:
    """Read the confirmation mail at the outside MX and keep its link."""
    mail = world.outside.wait_message(company.email, subject="")
    found = re.search(
        rf"https://{re.escape(company.platform_host)}/signup/confirm/[^\s<>\"]+", mail.text
    )
    expect(found, f"no confirmation link in {mail.text[:200]!r}")
    assert found is not None
    company.confirm_link = found.group(0)
    expect(mail.is_authentic(company.platform_host), mail.verdict_line)
    return f"“{mail.subject}”: {mail.verdict_line}"


def confirm_form(page: Page) -> Form:
    """Return the confirm page's form."""
    posts = [form for form in page.document.forms if form.method == "post"]
    expect(posts, f"no confirm button at {page.status}: {page.document.text[:120]}")
    return posts[0]


def confirm(company: Company) -> str:
    """Open the link and press the button."""
    page = company.browser.get(company.confirm_link)
    expect(page.status == 200, f"the link answered {page.status}")
    after = company.browser.submit(page, confirm_form(page))
    expect(after.status == 200, f"the button answered {after.status}: {after.document.text[:120]}")
    expect("/signup/status/" in after.url, f"landed at {after.url}")
    company.status_url = after.url
    return f"landed at {urlsplit(after.url).path}"


def wait_ready(company: Company) -> str:
    """Wait until the status page links to the reseller's own host."""
    wanted = f"https://{company.host}/"

    def link() -> str | None:
        page = company.browser.get(company.status_url)
        return next((to for to, _ in page.document.links if to.startswith(wanted)), None)

    return f"ready: {wait_for(link, what=f'link to {wanted}', every=0.3)}"


def log_in(company: Company) -> str:
    """Log in at the reseller's own host name."""
    page = company.browser.fill(
        f"https://{company.host}/login/", {"email": company.email, "password": company.password}
    )
    expect(page.status == 200, f"login answered {page.status}")
    expect("/login" not in urlsplit(page.url).path, f"still at login: {page.document.text[:160]}")
    expect(urlsplit(page.url).hostname == company.host, f"landed at {page.url}")
    return f"{page.url} “{page.document.title}”"


def sign_up(world: World, company: Company) -> None:
    """Do the whole of it without a word."""
    send_form(company)
    read_confirmation(world, company)
    confirm(company)
    wait_ready(company)
    log_in(company)


def brand(world: World) -> str:
    """Set product name and colour and see both on the dashboard."""
    acme = world.acme
    page = acme.browser.get(f"https://{acme.host}/brand/")
    form = page.form_with("product_name")
    colour = next((name for name in form.fields if "colo" in name), None)
    expect(colour, f"no colour field among {sorted(form.fields)}")
    saved = acme.browser.submit(
        page, form, {"product_name": acme.product, str(colour): acme.colour}
    )
    expect(saved.status == 200, f"saving the brand answered {saved.status}")
    seen = acme.browser.get(f"https://{acme.host}/")
    expect(seen.status == 200, f"the dashboard answered {seen.status}")
    expect(acme.product in seen.document.text, f"no product name in {seen.document.text[:160]!r}")
    expect(acme.browser.carries(seen, acme.colour), f"no {acme.colour} in the dashboard's page")
    return f"dashboard says “{acme.product}” and carries {acme.colour}"


def confirm_again(world: World) -> str:
    """Use the link once more: nothing is made twice and nothing breaks."""
    acme = world.acme
    page = acme.browser.get(acme.confirm_link)
    expect(page.status < 500, f"the link answered {page.status}")
    posts = [
        form
        for form in page.document.forms
        if form.method == "post" and "confirm" in (form.action or page.url)
    ]
    status = page.status
    if posts:
        status = acme.browser.submit(page, posts[0]).status
        expect(status < 500, f"the button answered {status}")
    seen = acme.browser.get(f"https://{acme.host}/")
    expect(seen.status == 200, f"the dashboard now answers {seen.status}")
    return f"the link answered {status}; the dashboard still answers 200"


JOURNEY: Journey[World] = Journey(
    key="J1",
    title="a reseller signs up",
    steps=(
        Step(name="sign-up form", act=lambda w: send_form(w.acme)),
        Step(name="confirmation mail", act=lambda w: read_confirmation(w, w.acme)),
        Step(name="confirm", act=lambda w: confirm(w.acme)),
        Step(name="reseller is ready", act=lambda w: wait_ready(w.acme)),
        Step(name="owner logs in", act=lambda w: log_in(w.acme)),
        Step(name="dashboard in name and colour", act=brand),
        Step(name="confirm link used twice", act=confirm_again),
    ),
)
