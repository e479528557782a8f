"""A batch by the API arrives at the outside MX whole and signed, and its way can be followed."""

import pytest

from stack.client.waiting import wait_for
from stack.demo.steps import Outcome
from stack.demo.world import World


@pytest.fixture
def done(told: dict[str, Outcome], world: World) -> World:
    """The world after the journeys, with a key and a verified domain."""
    if world.ann is None:
        pytest.fail(f"no mailbox was made: {[one for one in told.values() if not one.ok]}")
    return world


def test_a_batch_arrives_signed_and_is_followed(done: World) -> None:
    sender, readers = (
        f"Shop <shop@{done.domain}>",
        [done.outside_address(f"api{n}") for n in (1, 2, 3)],
    )
    order = {
        "from": sender,
        "subject": f"order {done.mark}",
        "text": "Grüße\n.\n",
        "html": "<p>Grüße",
    }
    answer = done.acme.rest.call(
        "POST",
        "/messages",
        {
            "messages": [
                {**order, "to": readers[:2], "reference": done.mark},
                {**order, "to": readers[:1], "from": "shop@elsewhere.test"},
                {**order, "recipients": readers[2:], "stream": "bulk"},
            ]
        },
        idempotency_key=done.mark,
    )
    assert answer.status == 202, answer.text
    first, refused, mailing = answer.json["data"]
    assert refused["error"]["code"] == "message.sender_refused"
    for reader in readers:
        arrived = done.outside.wait_message(reader, subject=done.mark, seconds=60)
        assert arrived.is_authentic(done.domain), arrived.verdict_line
        assert arrived.text.splitlines() == ["Grüße", "."]
    assert "List-Unsubscribe" in arrived.raw.decode()
    for one in (*first["recipients"], *mailing["recipients"]):
        followed = wait_for(
            lambda one=one: _delivered(done, one["id"]), what=f"the end of {one['id']}", seconds=60
        )
        assert followed["attempts"][-1]["outcome"] == "delivered"


def _delivered(world: World, identifier: str) -> dict[str, object] | None:
    (recipient,) = world.acme.rest.get(f"/messages/{identifier}")["recipients"]
    return recipient if recipient["state"] == "delivered" else None
