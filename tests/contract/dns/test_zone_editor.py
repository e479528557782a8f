"""Writing a client's zone touches what is ours, merges SPF, and leaves the rest alone."""

import socket

import pytest

from mailcore.domains.ports import ZoneBusy, ZoneRefused
from mailcore.domains.services.publishing import write
from mailcore.protocol import dkim_keys, dns_records
from mailcore.protocol.dns_plan import Change, value_of
from mailcore.protocol.dns_records import PublicKey
from tests.hosted import hosted

pytestmark = pytest.mark.contract

PAIR = dkim_keys.make(dkim_keys.RSA)
WANTED = dns_records.wanted(
    hosted(
        "shop.test",
        keys=[PublicKey(selector="r1-20260101", algorithm=PAIR.algorithm, public=PAIR.public)],
    )
)


def put(zone, name: str, rdtype: str, value: str) -> None:
    """The domain's owner writes a record by hand."""
    zone.apply("shop.test", [Change(add=True, name=name, type=rdtype, value=value, ttl=60)])


def test_an_empty_zone_gets_every_record(zone) -> None:
    plan = write(zone, WANTED, ours=[])
    assert not plan.skipped
    for record in WANTED:
        assert zone.read(record.name, record.type) == [value_of(record)]


def test_writing_again_changes_nothing(zone) -> None:
    first = write(zone, WANTED, ours=[])
    again = write(zone, WANTED, ours=first.ours)
    assert again.changes == ()
    assert again.ours == first.ours


def test_an_existing_spf_record_is_merged_and_other_texts_stay(zone) -> None:
    put(zone, "shop.test", "TXT", "v=spf1 include:_spf.shop.example ~all")
    put(zone, "shop.test", "TXT", "some-verification=1")
    write(zone, WANTED, ours=[])
    assert sorted(zone.read("shop.test", "TXT")) == [
        "some-verification=1",
        "v=spf1 include:spf.infra.test include:_spf.shop.example ~all",
    ]


def test_another_providers_mx_is_left_alone_and_told(zone) -> None:
    put(zone, "shop.test", "MX", "10 mx.elsewhere.example")
    plan = write(zone, WANTED, ours=[])
    assert plan.skipped == {"mx": "mx.other"}
    assert zone.read("shop.test", "MX") == ["10 mx.elsewhere.example"]


def test_a_stricter_dmarc_policy_stays(zone) -> None:
    put(zone, "_dmarc.shop.test", "TXT", "v=DMARC1; p=reject")
    write(zone, WANTED, ours=[])
    assert zone.read("_dmarc.shop.test", "TXT") == ["v=DMARC1; p=reject"]


def test_our_old_value_is_replaced_and_a_strangers_is_not(zone) -> None:
    first = write(zone, WANTED, ours=[])
    put(zone, "_mail-ownership.shop.test", "TXT", "a stranger's note")
    new = [dns_records.ownership("shop.test", token="n3w"), *WANTED[1:]]
    write(zone, new, ours=first.ours)
    assert sorted(zone.read("_mail-ownership.shop.test", "TXT")) == [
        "a stranger's note",
        "mail-ownership=n3w",
    ]


def test_what_a_person_changed_meanwhile_is_not_written_over(zone) -> None:
    gone = Change(add=False, name="shop.test", type="TXT", value="v=spf1 -all")
    new = Change(add=True, name="shop.test", type="TXT", value="v=spf1 +all")
    with pytest.raises(ZoneBusy, match=r"dns_update\.changed"):
        zone.apply("shop.test", [gone, new])
    assert zone.read("shop.test", "TXT") == []


def test_a_name_outside_the_zone_is_refused(zone) -> None:
    with pytest.raises(ZoneRefused) as caught:
        zone.zone_of("other.test")
    assert caught.value.code in {"dns_update.not_zone", "dns_update.unsigned"}


def test_a_record_in_several_strings_is_merged_as_one(knot, raw_update) -> None:
    raw_update("shop.test.", "TXT", '"v=spf1 include:a" ".example" " ~all"')
    write(knot(), WANTED, ours=[])
    assert knot().read("shop.test", "TXT") == [
        "v=spf1 include:spf.infra.test include:a.example ~all"
    ]


def test_a_long_key_is_written_as_one_text(knot) -> None:
    write(knot(), WANTED, ours=[])
    name = "r1-20260101._domainkey.shop.test"
    assert knot().read(name, "TXT") == [f"v=DKIM1; k=rsa; p={PAIR.public}"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"secret": "d3Jvbmcgd3Jvbmcgd3Jvbmc="}, "dns_update.bad_key"),
        ({"key_name": "unknown"}, "dns_update.bad_key"),
    ],
)
def test_a_key_that_the_server_does_not_take_is_told(knot, changed, code) -> None:
    with pytest.raises(ZoneRefused) as caught:
        write(knot(**changed), WANTED, ours=[])
    assert caught.value.code == code


def test_a_server_that_is_not_there_may_come_back(knot) -> None:
    with socket.socket() as closed:
        closed.bind(("127.77.199.7", 0))
        with pytest.raises(ZoneBusy) as caught:
            write(knot(port=closed.getsockname()[1]), WANTED, ours=[])
    assert caught.value.code == "dns_update.unreachable"


def test_a_server_that_says_nothing_does_not_hold_us(knot, monkeypatch) -> None:
    monkeypatch.setattr("mailcore.domains.adapters._TIMEOUT", 0.3)
    with socket.create_server(("127.77.199.7", 0)) as silent, pytest.raises(ZoneBusy) as caught:
        write(knot(port=silent.getsockname()[1]), WANTED, ours=[])
    assert caught.value.code == "dns_update.timeout"
