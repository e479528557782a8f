"""Which facts keep an address from getting more mail, and which never do."""

from datetime import UTC, datetime, timedelta

import pytest

from kernel import ids
from mailcore.delivery.suppression.entries import Reason, Scope, comparable
from mailcore.delivery.suppression.learning import HARD_FOR, Fact, lessons
from mailcore.protocol.addresses import InvalidAddress

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
RESELLER = ids.uuid7()


def _fact(
    kind: str = "bounced", *, stream: str = "bulk", address: str = "X@Bücher.test", **data: object
) -> Fact:
    return Fact(
        id=ids.uuid7(), kind=kind, reseller_id=RESELLER, stream=stream, occurred_at=AT,
        data=data, address=address,
    )  # fmt: skip


def _reply(code: int, enhanced: str, text: str) -> dict[str, object]:
    return {"code": code, "enhanced": enhanced, "reply": f"{code} {enhanced} {text}"}


@pytest.mark.parametrize(
    "data",
    [
        _reply(550, "5.1.1", "No such user"),
        _reply(556, "5.1.10", "Null MX"),
        _reply(550, "5.2.1", "Mailbox disabled"),
    ],
)
def test_an_address_that_nobody_has_is_suppressed_for_the_reseller(data):
    (entry,) = lessons(_fact(**data))
    assert entry.address == "x@xn--bcher-kva.test"
    assert (entry.scope, entry.reason, entry.reseller_id) == (
        Scope.RESELLER, Reason.HARD_BOUNCE, RESELLER,
    )  # fmt: skip
    assert entry.until == AT + HARD_FOR


@pytest.mark.parametrize(
    "data",
    [
        _reply(550, "5.7.1", "Message blocked: your IP is on our block list (S3150)"),
        _reply(550, "5.7.26", "This mail is unauthenticated"),
        _reply(554, "5.7.1", "Spam message rejected"),
        _reply(552, "5.2.2", "Mailbox full"),
        _reply(550, "5.4.4", "Unable to route"),
        _reply(550, "", "no"),
        {"code": None, "enhanced": "", "reply": "connection lost after the dot"},
    ],
)
def test_a_refusal_for_what_we_are_or_sent_suppresses_nobody(data):
    assert not list(lessons(_fact(**data)))


def test_an_expired_message_teaches_nothing_about_the_address():
    assert not list(lessons(_fact("expired", **_reply(450, "4.1.1", "try later"))))


def test_a_late_bounce_is_read_like_an_early_one():
    (entry,) = lessons(_fact("bounced_late", status="5.1.1", diagnostic="550 5.1.1 Unknown user"))
    assert entry.reason is Reason.HARD_BOUNCE
    assert not list(lessons(_fact("bounced_late", status="5.7.1", diagnostic="550 5.7.1 spam")))


def test_a_complaint_ends_one_stream_and_never_a_persons_mail():
    (entry,) = lessons(_fact("complained", stream="bulk"))
    assert (entry.scope, entry.stream, entry.until) == (Scope.STREAM, "bulk", None)
    assert not list(lessons(_fact("complained", stream="mailbox")))


def test_what_is_no_address_is_passed_over():
    assert not list(lessons(_fact(address="no at sign", **_reply(550, "5.1.1", "x"))))


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("  Ann.Lee@EXAMPLE.test ", "ann.lee@example.test"),
        ("MÜLLER@Straße.test", "müller@xn--strae-oqa.test"),
        ('"odd name"@example.test', "odd name@example.test"),
    ],
)
def test_spellings_of_one_mailbox_compare_equal(given, stored):
    assert comparable(given) == stored


@pytest.mark.parametrize(
    "given", ["", "@a.test", "a@", "a\x00b@c.test", f"{'a' * 65}@c.test", "a@[1.2.3.4]"]
)
def test_no_address_is_refused(given):
    with pytest.raises(InvalidAddress):
        comparable(given)


def test_hard_bounces_are_forgotten_some_day():
    assert timedelta(days=30) < HARD_FOR < timedelta(days=400)
