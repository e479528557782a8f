"""The list of addresses that get no mail, as a member keeps it."""

import re
from datetime import timedelta

import pytest

from kernel import clock
from kernel.tenancy import in_schema
from mailcore.delivery.suppression import selectors, services
from tenants.accounts.models import Member, Role

pytestmark = pytest.mark.django_db


def text(answer) -> str:
    return answer.content.decode()


def test_an_address_is_added_sought_and_removed(alice, acme):
    assert "Nobody is on the list" in text(alice.get("/suppressions/"))
    day = (clock.now() + timedelta(days=30)).date()
    form = {
        "address": "Ann@Out.test",
        "stream": "bulk",
        "until": day.isoformat(),
        "note": "by phone <b>",
    }
    page = text(alice.post("/suppressions/", form, follow=True))
    for words in (
        "Ann@Out.test is on the list now",
        "ann@out.test",
        "Mailings",
        "Added by hand",
        "by phone &lt;b&gt;",
    ):
        assert words in page
    with in_schema(acme.reseller.schema_name):
        (entry,) = selectors.list_suppressions()
        assert entry.until.date() == day
    assert "was on the list" in text(alice.post("/suppressions/", form, follow=True))
    assert "ann@out.test" in text(alice.get("/suppressions/", {"q": "NN@out"}))
    assert "Nothing on the list contains" in text(alice.get("/suppressions/", {"q": "<ben>"}))
    remove = re.search(r'action="(/suppressions/sup_\w+/remove/)"', page)
    assert remove
    assert "ann@out.test gets mail again" in text(alice.post(remove[1], follow=True))
    assert alice.post(remove[1]).status_code == 404


def test_what_makes_no_entry_is_said_at_its_field(alice):
    for form, words in (
        ({"address": "nobody"}, "not a complete e-mail address"),
        ({"address": "a@out.test", "until": "2020-01-01"}, "Choose a day in the future"),
        ({"address": "a@out.test", "stream": "mailbox"}, "Select a valid choice"),
        ({"address": "a\r\nb@out.test"}, "not a complete e-mail address"),
    ):
        answer = alice.post("/suppressions/", {"stream": "all", **form})
        assert (answer.status_code, words in text(answer)) == (422, True), form
    for query in ({"before": "x"}, {"before": "dom_" + "0" * 26}):
        assert alice.get("/suppressions/", query).status_code == 404


def test_a_long_list_is_read_page_by_page(alice, acme):
    with in_schema(acme.reseller.schema_name):
        lines = [f"a{n:03}@out.test" for n in range(70)]
        services.import_suppressions(actor=acme.owner, lines=lines)
    first = text(alice.get("/suppressions/", {"q": "out.test"}))
    older = re.search(r'href="\?([^"]+)">Older entries', first)
    assert older
    second = text(alice.get("/suppressions/?" + older[1].replace("&amp;", "&")))
    assert "Older entries" not in second
    assert len(set(re.findall(r"a\d{3}@out\.test(?=</td>)", first + second))) == 70


def test_who_only_reads_is_shown_no_buttons(alice, acme):
    with in_schema(acme.reseller.schema_name):
        services.add_suppression(actor=acme.owner, address="ann@out.test")
        Member.objects.update(role=Role.READ_ONLY)
    page = text(alice.get("/suppressions/"))
    assert "ann@out.test" in page
    assert not re.search(r">\s*(Remove|Add)\b", page)
    assert alice.post("/suppressions/", {"address": "b@out.test"}).status_code == 403
