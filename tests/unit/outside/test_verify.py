"""The outside world's verdicts come from SPF, DKIM and DMARC libraries that are not ours."""

from pathlib import Path

import dns.resolver
import pytest

from stack.outside import verify
from stack.outside.identity import SELECTOR, Identity
from stack.outside.verify import Verifier, author_domain

RAW = (
    b"From: Ann <ann@a.test>\r\nTo: bob@outside.test\r\nSubject: hello\r\n"
    b"Date: Mon, 01 Jan 2024 00:00:00 +0000\r\nMessage-ID: <1@a.test>\r\n\r\nGood day.\r\n"
)


class Zone:
    """Answers TXT questions from a table, as `stack.client.lookup.texts` does."""

    def __init__(self, records: dict[str, list[bytes]]) -> None:
        self.records = records

    def texts(self, _resolver: object, name: str) -> list[bytes]:
        return self.records.get(name.rstrip("."), [])


class Record:
    def __init__(self, *strings: bytes) -> None:
        self.strings = strings


class Resolver:
    def __init__(self, zone: Zone) -> None:
        self.zone = zone

    def resolve(self, name: str, qtype: str) -> list[Record]:
        found = self.zone.records.get(name.rstrip("."), []) if qtype == "TXT" else []
        if not found:
            raise dns.resolver.NoAnswer(
                response=dns.message.make_response(dns.message.make_query(name, qtype))
            )
        return [Record(one) for one in found]


@pytest.fixture
def identity(tmp_path: Path) -> Identity:
    return Identity(domain="a.test", key_file=tmp_path / "key.pem")


@pytest.fixture
def zone(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> Zone:
    text = identity.record.replace('" "', "").strip('"').encode()
    zone = Zone(
        {
            "a.test": [b"v=spf1 ip4:127.77.1.30 -all"],
            f"{SELECTOR}._domainkey.a.test": [text],
            "_dmarc.a.test": [b"v=DMARC1; p=reject"],
        }
    )
    monkeypatch.setattr(verify, "texts", zone.texts)
    return zone


def check(zone: Zone, raw: bytes, client: str = "127.77.1.30") -> verify.Verdicts:
    verifier = Verifier(Resolver(zone))  # type: ignore[arg-type]
    return verifier.verify(raw=raw, client=client, helo="h.a.test", sender="ann@a.test")


def test_a_signed_message_from_the_right_address_passes_everything(
    identity: Identity, zone: Zone
) -> None:
    found = check(zone, identity.sign(RAW))
    assert found.spf == "pass"
    assert [(one.domain, one.algorithm, one.result) for one in found.dkim] == [
        ("a.test", "rsa-sha256", "pass")
    ]
    assert (found.dmarc.result, found.dmarc.policy) == ("pass", "reject")


def test_a_changed_body_fails_only_that_signature(identity: Identity, zone: Zone) -> None:
    twice = identity.sign(identity.sign(RAW))
    found = check(zone, twice.replace(b"Good day", b"Bad day"))
    assert [one.result for one in found.dkim] == ["fail", "fail"]
    assert found.dmarc.aligned_dkim is False


def test_a_stranger_address_fails_spf_though_it_is_loopback(identity: Identity, zone: Zone) -> None:
    found = check(zone, RAW, client="127.77.1.31")
    assert found.spf == "fail"
    assert found.dkim == ()
    assert found.dmarc.result == "fail"


def test_a_missing_key_is_told_from_a_good_one(identity: Identity, zone: Zone) -> None:
    del zone.records[f"{SELECTOR}._domainkey.a.test"]
    assert check(zone, identity.sign(RAW)).dkim[0].result != "pass"


def test_two_authors_have_no_author_domain() -> None:
    assert author_domain(b"From: a@a.test, b@b.test\r\n\r\n") is None
    assert author_domain(b"Subject: none\r\n\r\n") is None
    assert author_domain(RAW) == "a.test"
