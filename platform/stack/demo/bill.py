"""Journey 5: what was used is counted, the operator closes the period, the invoice opens down to its records."""

import re
from typing import Any

from stack.client.forms import Form
from stack.client.waiting import wait_for
from stack.client.web import Browser, Page
from stack.demo.steps import Journey, Step, expect
from stack.demo.world import World


def figures(world: World) -> dict[str, float]:
    """Return meter → quantity of this month so far, by the API."""
    listed = world.acme.rest.get("/usage")["data"]
    return {str(one["meter"]): float(one["quantity"]) for one in listed}


def counted(world: World) -> str:
    """Mailbox-days and messages are counted and shown on the dashboard."""

    def look() -> dict[str, float] | None:
        seen = figures(world)
        days = sum(value for key, value in seen.items() if "mailbox" in key)
        messages = sum(value for key, value in seen.items() if "message" in key)
        return seen if days >= 2 and messages >= world.sent else None

    try:
        seen = wait_for(look, what="count of mailbox-days and messages", every=1)
    except AssertionError as error:
        raise AssertionError(f"{error}; sent {world.sent}, counted {figures(world)}") from error
    page = world.acme.browser.get(f"https://{world.acme.host}/")
    text = page.document.text.lower()
    expect("so far this month" in text, f"the dashboard says {text[:200]}")
    words = text.partition("so far this month")[2]
    expect("mailbox" in words, f"no mailbox-days in {words[:200]}")
    expect("message" in words, f"no messages in {words[:200]}")
    return ", ".join(f"{key} {value:g}" for key, value in seen.items()) + "; on the dashboard"


def operator(world: World) -> Browser:
    """Log in as the operator."""
    login = world.endpoints.login("operator")
    browser = Browser(world.endpoints)
    fields = {"email": login["email"], "password": login["password"]}
    page = browser.fill(login["url"], fields)
    expect(page.status == 200 and "/login" not in page.url, f"landed at {page.url}: {page.status}")
    return browser


def close_period(world: World, browser: Browser) -> Page:
    """Close this reseller's period in the operator's console."""
    page = browser.get(f"https://{world.acme.platform_host}/operator/")
    expect(page.status == 200, f"the console answered {page.status}")
    expect(world.acme.slug in page.text, "the console does not list the reseller")
    form = _close_form(world, page)
    after = browser.submit(page, form)
    expect(after.status == 200, f"closing answered {after.status}: {after.document.text[:160]}")
    return after


def _close_form(world: World, page: Page) -> Form:
    """Return the close form of our reseller: found by the public id in its row or on its own page."""
    row = page.text.partition(world.acme.slug)
    near = (
        re.findall(r"/operator/resellers/([^/\"]+)/", row[2])
        or re.findall(r"/operator/resellers/([^/\"]+)/", row[0])[::-1]
    )
    expect(near, "the reseller's row has no link")
    return page.form_to(f"/operator/resellers/{near[0]}/close-period/")


def invoices(world: World) -> list[dict[str, Any]]:
    """Return the reseller's invoices by the API."""
    return list(world.acme.rest.get("/invoices")["data"])


def close(world: World) -> str:
    """The operator closes the period and an invoice is there."""
    close_period(world, operator(world))
    found = wait_for(lambda: invoices(world), what="invoice")
    expect(len(found) == 1, f"there are {len(found)} invoices")
    world.invoices = [str(one["id"]) for one in found]
    return ", ".join(f"{key}={found[0][key]}" for key in list(found[0])[:6])


def open_lines(world: World) -> str:
    """Lines open down to usage records, in the portal and by the API."""
    identity = world.invoices[0]
    page = world.acme.browser.get(f"https://{world.acme.host}/invoices/")
    invoice = world.acme.browser.get(page.link_with(f"/invoices/{identity}/"))
    expect(invoice.status == 200, f"the invoice answered {invoice.status}")
    links = [to for to, _ in invoice.document.links if f"/invoices/{identity}/lines/" in to]
    expect(links, f"the invoice has no line to open: {invoice.document.text[:160]}")
    line = world.acme.browser.get(invoice.link_with(f"/invoices/{identity}/lines/"))
    expect(line.status == 200, f"the line answered {line.status}")
    number = re.search(r"/lines/(\d+)/", links[0])
    assert number is not None
    records = world.acme.rest.get(f"/invoices/{identity}/lines/{number.group(1)}/records")["data"]
    expect(records, "the line has no records")
    return f"{len(set(links))} lines; the first opens to {len(records)} usage records"


def close_twice(world: World) -> str:
    """Closing once more changes nothing."""
    before = invoices(world)
    whole = world.acme.rest.get(f"/invoices/{world.invoices[0]}")
    close_period(world, operator(world))
    after = wait_for(lambda: invoices(world), what="invoices")
    expect(after == before, f"there were {len(before)} invoices, now {len(after)}: {after}")
    again = world.acme.rest.get(f"/invoices/{world.invoices[0]}")
    expect(again == whole, "the invoice changed")
    return f"still {len(after)} invoice, unchanged"


JOURNEY: Journey[World] = Journey(
    key="J5",
    title="usage becomes money",
    needs=("J4-out",),
    steps=(
        Step(name="so far this month", act=counted),
        Step(name="operator closes the period", act=close),
        Step(name="invoice opens down to records", act=open_lines),
        Step(name="closing twice changes nothing", act=close_twice),
    ),
)
