"""The name that a source greets with leads to it and back, or somebody hears of it."""

import asyncio

import pytest

from mailcore.delivery.egress import naming
from tests.unit.delivery.zone import BROKEN, MISSING, Zone

FOUR, SIX = "192.0.2.30", "2001:db8::30"
POINTER = "30.2.0.192.in-addr.arpa"
SIX_POINTER = "0.3.0.0." + "0." * 20 + "8.b.d.0.1.0.0.2.ip6.arpa"
GOOD = {
    ("out.test", "A"): [FOUR, "192.0.2.31"],
    ("out.test", "AAAA"): ["2001:0db8:0::30"],
    (POINTER, "PTR"): ["other.test.", "OUT.test."],
    (SIX_POINTER, "PTR"): ["out.test."],
}


def doubts(table, *, address=FOUR, ehlo="out.test"):
    found = asyncio.run(naming.doubts({address: ehlo}, lookups=Zone(table)))
    return found.get(address, [])


def test_a_name_that_leads_there_and_back_is_in_no_doubt():
    assert doubts(GOOD) == doubts(GOOD, ehlo="Out.Test".lower()) == []
    assert doubts(GOOD, address=SIX) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({("out.test", "A"): ["192.0.2.9"]}, f"out.test leads to 192.0.2.9, not to {FOUR}"),
        ({("out.test", "A"): MISSING}, f"out.test leads to no address, not to {FOUR}"),
        ({(POINTER, "PTR"): ["x.test."]}, f"{FOUR} leads back to x.test, not to out.test"),
        ({(POINTER, "PTR"): MISSING}, f"{FOUR} leads back to no name, not to out.test"),
        ({(POINTER, "PTR"): BROKEN}, f"DNS gave no answer about {POINTER}"),
        ({("out.test", "A"): BROKEN}, "DNS gave no answer about out.test"),
    ],
)
def test_what_is_wrong_is_told(changes, told):
    assert doubts({**GOOD, **changes}) == [told]


def test_the_address_of_the_other_kind_is_no_proof():
    table = {**GOOD, ("out.test", "AAAA"): []}
    assert doubts(table, address=SIX) == [f"out.test leads to no address, not to {SIX}"]
