"""DMARC as the outside world evaluates it: where policies are found, what aligns, what passes."""

import pytest

from stack.outside import dmarc
from stack.outside.records import DkimVerdict


def verdict(domain: str, result: str = "pass") -> DkimVerdict:
    return DkimVerdict(domain=domain, selector="s", algorithm="rsa-sha256", result=result)


def evaluate(records: dict[str, list[bytes]], **changed: object) -> tuple[str, bool, bool]:
    values = {"author": "a.test", "spf_domain": "a.test", "spf": "pass", "dkim": [], **changed}
    found = dmarc.evaluate(**values, lookup=lambda name: records.get(name, []))  # type: ignore[arg-type]
    return found.result, found.aligned_spf, found.aligned_dkim


RELAXED = {"_dmarc.a.test": [b"v=DMARC1; p=reject"]}
STRICT = {"_dmarc.a.test": [b"v=DMARC1; p=reject; adkim=s; aspf=s"]}


def test_an_aligned_pass_of_either_kind_passes() -> None:
    assert evaluate(RELAXED) == ("pass", True, False)
    assert evaluate(RELAXED, spf="fail", dkim=[verdict("a.test")]) == ("pass", False, True)


def test_nothing_aligned_fails() -> None:
    assert evaluate(RELAXED, spf_domain="b.test", dkim=[verdict("b.test")]) == (
        "fail",
        False,
        False,
    )


def test_a_failed_signature_does_not_align() -> None:
    assert evaluate(RELAXED, spf="none", dkim=[verdict("a.test", "fail")])[0] == "fail"


def test_relaxed_takes_the_organisation_and_strict_the_exact_name() -> None:
    below = {"spf_domain": "bounce.a.test", "dkim": [verdict("mail.a.test")]}
    assert evaluate(RELAXED, **below) == ("pass", True, True)
    assert evaluate(STRICT, **below) == ("fail", False, False)


def test_a_subdomain_takes_the_policy_of_its_organisation() -> None:
    records = {"_dmarc.a.test": [b"v=DMARC1; p=none; sp=quarantine"]}
    found = dmarc.find_policy("shop.a.test", lambda name: records.get(name, []))
    assert found is not None
    assert found.disposition == "quarantine"


def test_two_records_are_no_policy_and_other_texts_do_not_count() -> None:
    two = {"_dmarc.a.test": [b"v=DMARC1; p=none", b"v=DMARC1; p=reject"]}
    assert evaluate(two)[0] == "none"
    mixed = {"_dmarc.a.test": [b"hello", b"v=DMARC1; p=none"]}
    assert evaluate(mixed)[0] == "pass"


@pytest.mark.parametrize("record", [b"p=none; v=DMARC1", b"v=DMARC1", b"v=DMARC2; p=none", b"\xff"])
def test_what_is_no_policy_record(record: bytes) -> None:
    assert dmarc.read_policy(record, for_subdomain=False) is None


@pytest.mark.parametrize(
    ("name", "organisation"),
    [("a.test", "a.test"), ("x.y.a.test", "a.test"), ("mail.a.co.uk", "a.co.uk")],
)
def test_the_organisational_domain(name: str, organisation: str) -> None:
    assert dmarc.organisational_domain(name) == organisation
