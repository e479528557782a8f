"""Each thing that can stand in DNS gets the right verdict, and its reason."""

import pytest

from mailcore.protocol import dkim_keys, dns_records
from mailcore.protocol.dns_records import PublicKey
from mailcore.protocol.verdicts import Seen, judge, judge_seen
from tests.hosted import hosted

MX = dns_records.mx("shop.test", host="mx.infra.test")
SPF = dns_records.sender_policy("shop.test", include="spf.infra.test")
OWNERSHIP = dns_records.ownership("shop.test", token="abc")
DMARC = dns_records.dmarc("shop.test", policy="none")
RSA = dns_records.dkim("shop.test", PublicKey(selector="r1", algorithm="rsa-sha256", public="QUJD"))
ED = dns_records.dkim(
    "shop.test", PublicKey(selector="e1", algorithm="ed25519-sha256", public="QUJD")
)


@pytest.mark.parametrize(
    ("record", "found", "outcome", "code"),
    [
        (OWNERSHIP, ["other", "mail-ownership=abc"], "match", ""),
        (OWNERSHIP, ["other"], "missing", "ownership.missing"),
        (OWNERSHIP, ["mail-ownership=xyz"], "conflict", "ownership.other"),
        (MX, ["10 mx.infra.test"], "match", ""),
        (MX, ["5 MX.infra.test."], "match", ""),
        (MX, [], "missing", "mx.missing"),
        (MX, ["0 ."], "conflict", "mx.null"),
        (MX, ["10 mx.old.test"], "conflict", "mx.other"),
        (MX, ["10 mx.infra.test", "20 mx.old.test"], "conflict", "mx.mixed"),
        (SPF, ["v=spf1 include:spf.infra.test -all"], "match", ""),
        (SPF, ["V=SPF1 a +include:SPF.infra.test ?all"], "match", ""),
        (SPF, ["something"], "missing", "spf.missing"),
        (SPF, ["v=spf10 include:spf.infra.test"], "missing", "spf.missing"),
        (SPF, ["v=spf1 -all", "v=spf1 a -all"], "conflict", "spf.several"),
        (SPF, ["v=spf1 mx -all"], "conflict", "spf.not_included"),
        (SPF, ["v=spf1 -all include:spf.infra.test"], "conflict", "spf.not_included"),
        (SPF, ["v=spf1 ?include:spf.infra.test"], "conflict", "spf.not_included"),
        (RSA, ["v=DKIM1; k=rsa; p=QUJD"], "match", ""),
        (RSA, ["p=QU JD"], "match", ""),
        (RSA, [], "missing", "dkim.missing"),
        (RSA, ["unrelated"], "missing", "dkim.missing"),
        (RSA, ["v=DKIM1; p="], "conflict", "dkim.revoked"),
        (RSA, ["v=DKIM1; p=REVG"], "conflict", "dkim.other_key"),
        (RSA, ["p=QUJD", "p=REVG"], "conflict", "dkim.several"),
        (ED, ["v=DKIM1; k=ed25519; p=QUJD"], "match", ""),
        (ED, ["v=DKIM1; p=QUJD"], "conflict", "dkim.other_key"),
        (DMARC, ["v=DMARC1; p=none"], "match", ""),
        (DMARC, ["v=DMARC1;p=reject; rua=mailto:x@shop.test"], "match", ""),
        (DMARC, [], "missing", "dmarc.missing"),
        (DMARC, ["v=DMARC1; rua=mailto:x@shop.test"], "conflict", "dmarc.invalid"),
        (DMARC, ["v=DMARC1; p=none", "v=DMARC1; p=reject"], "conflict", "dmarc.several"),
    ],
)
def test_what_is_found_is_judged(record, found, outcome, code) -> None:
    judgement = judge(record, found)
    assert (judgement.outcome, judgement.code) == (outcome, code)


@pytest.mark.parametrize("algorithm", [dkim_keys.RSA, dkim_keys.ED25519])
def test_a_new_key_matches_its_own_record(algorithm) -> None:
    pair = dkim_keys.make(algorithm)
    key = PublicKey(selector="s", algorithm=algorithm, public=pair.public)
    record = dns_records.dkim("shop.test", key)
    assert judge(record, [record.value]).outcome == "match"
    assert pair.private.startswith(b"-----BEGIN PRIVATE KEY-----")


def test_every_record_of_a_domain_fits_into_a_dns_name() -> None:
    domain = ".".join(["x" * 57] * 4)[: 253 - dns_records.LONGEST_PREFIX]
    keys = [PublicKey(selector="r1-20260101", algorithm=dkim_keys.RSA, public="x")]
    records = dns_records.wanted(hosted(domain, keys=keys))
    assert max(len(record.name) for record in records) <= 253


@pytest.mark.parametrize(
    ("record", "seen", "outcome", "code"),
    [
        (MX, Seen(alias="www.other.test"), "conflict", "apex.alias"),
        (SPF, Seen(alias="www.other.test"), "conflict", "apex.alias"),
        (
            DMARC,
            Seen(values=("v=DMARC1; p=none",), alias="d.other.test"),
            "conflict",
            "dmarc.alias",
        ),
        (RSA, Seen(values=("p=QUJD",), alias="key.other.test"), "match", ""),
        (RSA, Seen(alias="key.other.test"), "conflict", "alias.instead"),
        (RSA, Seen(values=("p=QUJD",)), "match", ""),
    ],
)
def test_an_alias_at_the_name_is_judged(record, seen, outcome, code) -> None:
    judgement = judge_seen(record, seen)
    assert (judgement.outcome, judgement.code) == (outcome, code)
