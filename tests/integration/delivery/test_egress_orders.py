"""What an operator does with sources and pools on the command line, and what is refused."""

import io
import json
import re
from datetime import UTC, datetime

import psycopg
import pytest
from django.core.management import CommandError, call_command

from kernel import clock
from kernel.actor import Actor, ActorKind
from kernel.errors import NotAllowed
from kernel.models import AuditEntry
from kernel.roles import as_role
from mailcore.delivery.egress import services

HERE, THERE = "127.77.101.30", "192.0.2.7"

Connection = psycopg.Connection[tuple[object, ...]]
pytestmark = pytest.mark.django_db(transaction=True)


def egress(*words: str) -> str:
    out = io.StringIO()
    call_command("egress", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def shop(acme: object) -> str:
    """A pool with one source of this machine and one of another node."""
    egress("add-pool", "shop", "--reseller", "acme")
    egress("add-source", HERE, "out1.infra.test", "--warm")
    egress("add-source", THERE, "out2.infra.test", "--node", "node2")
    egress("add-member", "shop", HERE)
    return "shop"


def test_a_pool_of_ones_own_from_its_address_to_its_stream(
    shop: str, acme: object, database: Connection
) -> None:
    egress("add-member", shop, THERE, "--standby", "--weight", "50")
    egress("map", "bulk", shop, "--reseller", "acme")
    told = egress("list")
    assert f"{HERE} out1.infra.test on node1: active; today 0 sent" in told
    assert f"{THERE} out2.infra.test on node2: active, warming at 5 of 5 groups" in told
    assert f"pool {shop} of acme: 2 sources" in told
    assert f"  {THERE} standby, weight 50" in told
    assert "  takes bulk of acme" in told
    asked = database.execute("SELECT sec.pool_of(%s, 'bulk')", [acme.reseller.public_id])
    assert asked.fetchone() == (shop,)
    assert json.loads(egress("list", "--json"))["pools"][0]["members"][0]["address"] == HERE
    egress("unmap", "bulk", "--reseller", "acme")
    assert "takes bulk" not in egress("list")


def test_a_name_that_leads_nowhere_is_a_warning(acme: object) -> None:
    told = egress("add-source", HERE, "nowhere.invalid")
    assert f"nowhere.invalid leads to no address, not to {HERE}" in told
    assert "is a source of node1, its warm-up begins today" in told


def test_the_last_source_stays_unless_one_insists(shop: str) -> None:
    for words in (["suspend", HERE, "--reason", "abuse"], ["remove-member", shop, HERE]):
        with pytest.raises(CommandError, match="last source that sends for shop: that mail"):
            egress(*words)
    egress("suspend", HERE, "--reason", "abuse", "--force")
    assert "suspended (abuse)" in egress("list")
    egress("resume", HERE)
    egress("add-member", shop, THERE)
    egress("suspend", HERE, "--reason", "abuse")
    with as_role("operator"):
        last = AuditEntry.objects.latest("id")
    assert (last.action, last.subject) == ("source.suspended", HERE)


def test_a_calendar_begins_and_ends_by_hand(shop: str) -> None:
    with clock.at(datetime(2026, 3, 1, 12, tzinfo=UTC)):
        told = egress("warm-up", HERE, "--begin")
        assert f"{HERE} gmail: step 1 of 30, today 0 of 50; step after 2026-02-28: begun" in told
        assert f"{HERE} apple: step 1 of 30, today 0 of 12" in told
        assert egress("warm-up", HERE, "--end") == "warm everywhere\n"


#: Orders that cannot be carried out, and a part of what is said about each.
REFUSED = [
    ("add-source 8.8.8.8 out.infra.test", "8.8.8.8 is not an address of this machine"),
    ("add-source 2001:db8::1 out.infra.test", "not an address of this machine"),
    ("add-source 192.0.2.1 localhost --node node2", "localhost is not fully qualified"),
    ("add-source 192.0.2.7 out.infra.test --node node2", "192.0.2.7 is there already"),
    ("add-pool Shop_1", "small letters, digits and hyphens"),
    ("add-pool shop", "The pool shop is there already"),
    ("add-pool other --reseller nobody", "there is no reseller nobody"),
    ("add-member nowhere 192.0.2.7", "There is no pool nowhere"),
    ("add-member shop 192.0.2.8", "There is no source 192.0.2.8"),
    ("add-member shop 192.0.2.7 --only-for gmial", "Not known as providers: gmial; these"),
    ("add-member shop 192.0.2.7 --weight 0", "A weight is 1 to 10000"),
    ("remove-member shop 192.0.2.7", "192.0.2.7 is not in the pool shop"),
    ("map bulk shop", "another reseller's alone"),
    ("map bulk shop --reseller globex", "another reseller's alone"),
    ("unmap bulk", "is not mapped"),
    ("resume 192.0.2.8", "There is no source 192.0.2.8"),
    ("warm-up --begin", "say which address"),
    ("warm-up 192.0.2.8", "there is no source 192.0.2.8"),
    ("warm-up 192.0.2.8 --end", "is not warming"),
]


def test_what_cannot_be_is_said(shop: str) -> None:
    for words, sentence in REFUSED:
        with pytest.raises(CommandError, match=re.escape(sentence)):
            egress(*words.split())
    assert "takes" not in egress("list")


def test_who_is_no_operator_orders_nothing(shop: str, acme: object) -> None:
    member = Actor(kind=ActorKind.MEMBER, id="x", reseller=acme.reseller.public_id, role="owner")
    with pytest.raises(NotAllowed):
        services.resume_source(actor=member, address=HERE)
