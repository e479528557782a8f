"""Every way to write a zone does the same: what is asked, to strangers' records nothing."""

import pytest

from mailcore.protocol import dkim_keys, dns_plan, dns_records
from mailcore.protocol.dns_plan import Owned, Plan, value_of
from mailcore.protocol.dns_records import PublicKey, Record
from mailcore.protocol.dns_zone import Change, RecordSet, undoing
from mailcore.zones.ports import ZoneBusy, ZoneRefused
from mailcore.zones.services import write
from tests.hosted import hosted

pytestmark = pytest.mark.contract

Z = "shop.test"
PAIR = dkim_keys.make(dkim_keys.RSA)
WANTED = dns_records.wanted(
    hosted(
        Z,
        keys=[PublicKey(selector="r1-20260101", algorithm=PAIR.algorithm, public=PAIR.public)],
    )
)


def values(zone, name: str, kind: str) -> list[str]:
    return list(zone.read(Z, [(name, kind)])[name, kind].values)


def put(zone, name: str, kind: str, *texts: str, ttl: int = 3600) -> None:
    """The domain's owner writes records by hand."""
    changes = [Change(add=True, name=name, type=kind, value=text, ttl=ttl) for text in texts]
    zone.apply(Z, changes, standing=zone.read(Z, [(name, kind)]))


def owned(plan: Plan) -> list[Owned]:
    return [
        Owned(name=c.name, type=c.type, value=c.value, replaces=c.replaces)
        for c in plan.changes
        if c.add and c.is_ours
    ]


def test_an_empty_zone_gets_every_record_and_then_nothing(zone) -> None:
    plan = write(zone, WANTED, ours=[])
    told = [one.values[0] for one in plan.warnings if one.code == dns_plan.UNSUPPORTED]
    assert told == [
        f"{record.name} {record.type} {value_of(record)}"
        for record in WANTED
        if record.type not in zone.types
    ]
    for record in WANTED:
        expected = [value_of(record)] if record.type in zone.types else []
        assert values(zone, record.name, record.type) == expected
    again = write(zone, WANTED, ours=owned(plan))
    assert again.changes == ()


EVERY_TYPE = [
    (f"alias.{Z}", "CNAME", "label.r.infra.test"),
    (f"_imaps._tcp.{Z}", "SRV", "0 1 993 imap.infra.test"),
    (Z, "MX", "10 mx.infra.test"),
    (Z, "A", "192.0.2.7"),
    (Z, "AAAA", "2001:db8::7"),
    (Z, "TXT", "x" * 255 + "y" * 255 + "z"),
    (Z, "TXT", "spaces  ; and ü"),
]


def test_every_type_reads_as_it_was_written_and_goes_again(zone) -> None:
    for name, kind, value in EVERY_TYPE:
        if kind not in zone.types:
            with pytest.raises(ZoneRefused, match=r"provider\.unsupported_record"):
                put(zone, name, kind, value)
            assert values(zone, name, kind) == []
            continue
        put(zone, name, kind, value)
        standing = zone.read(Z, [(name, kind)])
        assert standing == {(name, kind): RecordSet(values=(value,), ttl=3600)}
        gone = Change(add=False, name=name, type=kind, value=value, ttl=3600)
        zone.apply(Z, [gone], standing=standing)
        assert values(zone, name, kind) == []


def test_a_text_with_quotation_marks_is_written_as_it_is_or_not_at_all(zone) -> None:
    text = 'quotes " and \\ and ü'
    if "vultr" in repr(zone):
        with pytest.raises(ZoneRefused, match=r"provider\.unsupported_record"):
            put(zone, Z, "TXT", text)
        assert values(zone, Z, "TXT") == []
        return
    put(zone, Z, "TXT", text)
    assert values(zone, Z, "TXT") == [text]


def test_a_policy_is_merged_and_the_zone_is_put_back_to_the_value_and_ttl(zone) -> None:
    old = ["some-verification=1", "v=spf1 include:_spf.shop.example ~all"]
    put(zone, Z, "TXT", *old, ttl=7200)
    put(zone, Z, "MX", "10 mx.elsewhere.example")
    places = dns_plan.places(WANTED, ours=[])
    before = zone.read(Z, places)
    plan = dns_plan.make(WANTED, current=before, ours=[], replace={"mx"}, types=zone.types)
    zone.apply(Z, plan.changes, standing=before)
    assert values(zone, Z, "TXT") == [
        "some-verification=1",
        "v=spf1 include:spf.infra.test include:_spf.shop.example ~all",
    ]
    assert values(zone, Z, "MX") == ["10 mx.infra.test"]
    after = zone.read(Z, places)
    back, left = undoing(plan.changes, standing=after)
    assert not left
    zone.apply(Z, back, standing=after)
    assert zone.read(Z, places) == before


def test_a_text_of_ours_makes_room_for_an_alias_in_one_go(zone) -> None:
    put(zone, f"alias.{Z}", "TXT", "v=DKIM1; p=QUJD")
    alias = Record(purpose="dkim-rsa", name=f"alias.{Z}", type="CNAME", value="k.r.infra.test")
    places = dns_plan.places([alias], ours=[])
    standing = zone.read(Z, places)
    changes = [
        Change(add=False, name=alias.name, type="TXT", value="v=DKIM1; p=QUJD", ttl=3600),
        Change(add=True, name=alias.name, type="CNAME", value=alias.value, ttl=60),
    ]
    zone.apply(Z, changes, standing=standing)
    found = zone.read(Z, places)
    assert {kind: held.values for (_, kind), held in found.items() if held.values} == {
        "CNAME": ("k.r.infra.test",)
    }


def test_what_a_person_changed_meanwhile_is_not_written_over(zone) -> None:
    standing = zone.read(Z, [(Z, "TXT")])
    put(zone, Z, "TXT", "v=spf1 -all")
    ours = Change(add=True, name=Z, type="TXT", value="v=spf1 +all", ttl=60)
    with pytest.raises(ZoneBusy, match=r"dns_update\.changed"):
        zone.apply(Z, [ours], standing=standing)
    assert values(zone, Z, "TXT") == ["v=spf1 -all"]


def test_the_zone_that_holds_a_name_is_found(zone) -> None:
    assert zone.zone_of(Z) == Z
    assert zone.zone_of(f"mail.deep.{Z}") == Z
    with pytest.raises(ZoneRefused) as caught:
        zone.zone_of("other.test")
    assert caught.value.code in {
        "dns_update.not_zone",
        "dns_update.unsigned",
        "provider.not_zone",
    }


def test_a_good_key_can_be_tried_out_without_a_change(zone) -> None:
    before = zone.read(Z, [(Z, "TXT"), (Z, "MX")])
    zone.try_out(Z)
    assert zone.read(Z, [(Z, "TXT"), (Z, "MX")]) == before


def test_what_a_wildcard_answers_is_not_taken_for_a_record(zone) -> None:
    put(zone, f"*.{Z}", "TXT", "v=spf1 -all")
    assert values(zone, f"_dmarc.{Z}", "TXT") == []
    assert values(zone, f"*.{Z}", "TXT") == ["v=spf1 -all"]
    write(zone, [record for record in WANTED if record.purpose == "dmarc"], ours=[])
    (policy,) = values(zone, f"_dmarc.{Z}", "TXT")
    assert policy.startswith("v=DMARC1; p=none")
