"""Types of records that a provider does not take: told, never touched, and no reason to stop."""

from mailcore.protocol import dns_plan
from mailcore.protocol.dns_plan import UNSUPPORTED, Owned
from mailcore.protocol.dns_records import AUTOCONFIG, SRV, Record
from mailcore.protocol.dns_zone import RecordSet
from mailcore.zones.models import DnsPlan
from mailcore.zones.services.applying import outcome_of

IMAP = "_imaps._tcp.shop.test"
SERVICE = Record(purpose=SRV, name=IMAP, type="SRV", value="1 993 imap.us.test", priority=0)
ALIAS = Record(purpose=AUTOCONFIG, name="imap.shop.test", type="CNAME", value="imap.us.test")
TYPES = frozenset(dns_plan.BESIDE_ALIAS) - {"SRV"}


def _sets(**held: str) -> dict[tuple[str, str], RecordSet]:
    return {(IMAP, kind): RecordSet(values=(value,), ttl=60) for kind, value in held.items()}


def test_what_is_missing_or_wrong_is_a_line_to_copy() -> None:
    for standing in ({}, _sets(SRV="0 1 143 old.example")):
        plan = dns_plan.make([SERVICE], current=standing, ours=[], replace={SRV}, types=TYPES)
        assert plan.changes == ()
        (told,) = plan.warnings
        assert (told.code, told.purpose) == (UNSUPPORTED, SRV)
        assert told.values == (f"{IMAP} SRV 0 1 993 imap.us.test",)
    right = dns_plan.make(
        [SERVICE], current=_sets(SRV="0 1 993 imap.us.test"), ours=[], types=TYPES
    )
    assert (right.changes, right.warnings) == ((), ())


def test_nothing_of_such_a_type_goes_though_it_was_ours_or_is_in_the_way() -> None:
    old = Owned(name=IMAP, type="SRV", value="0 1 993 former.us.test")
    plan = dns_plan.make([], current=_sets(SRV=old.value), ours=[old], types=TYPES)
    assert plan.changes == ()
    beside = {(ALIAS.name, "SRV"): RecordSet(values=("0 1 993 old.example",), ttl=60)}
    plan = dns_plan.make([ALIAS], current=beside, ours=[], replace={AUTOCONFIG}, types=TYPES)
    assert plan.changes == ()
    assert [one.code for one in plan.left if one.purpose] == [dns_plan.NOT_ALONE]


def test_upkeep_tells_what_is_left_to_a_person() -> None:
    by_hand, in_the_way = {"code": UNSUPPORTED}, {"code": dns_plan.IN_THE_WAY}
    assert outcome_of(DnsPlan(warnings=[])) == "ok"
    assert outcome_of(DnsPlan(warnings=[by_hand])) == "by_hand"
    assert outcome_of(DnsPlan(warnings=[by_hand, in_the_way])) == "partly"
    assert outcome_of(DnsPlan(warnings=[by_hand], code="provider.failed")) == "provider.failed"
