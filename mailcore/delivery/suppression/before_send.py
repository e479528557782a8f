"""The last look before mail leaves: suppressions and pauses that came after acceptance."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from kernel import clock, ids
from mailcore.delivery.jobs import Claimed
from mailcore.delivery.smtp.envelope import Answer
from mailcore.delivery.statements import statement

_SET_ASIDE = statement("set_aside")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """Claimed recipients that go on, and those whose senders are told that they do not."""

    kept: Sequence[Claimed]
    refused: Sequence[tuple[Claimed, Answer]]


async def sift(claimed: Sequence[Claimed], *, connection: AsyncConnection[TupleRow]) -> Sifted:
    """End what is suppressed and hold what is paused: one statement for a batch.

    `refused` are letters of persons to an address that nobody may write to: they bounce. Mail with
    the null sender is a notification of ours and always goes on. Raises psycopg.OperationalError.
    """
    asked = [one for one in claimed if one.envelope_from]
    if not asked:
        return Sifted(kept=claimed, refused=())
    cursor = await connection.execute(_SET_ASIDE, {
        "recipients": [one.recipient_id for one in asked],
        "sequences": [one.lease_seq for one in asked],
        "resellers": [one.reseller_id for one in asked],
        "streams": [one.stream for one in asked],
        "addresses": [one.address for one in asked],
        "events": [ids.uuid7() for _ in asked],
        "now": clock.now(),
    })  # fmt: skip
    found = {row[0]: (row[1], row[2]) for row in await cursor.fetchall()}
    if not found:
        return Sifted(kept=claimed, refused=())
    return Sifted(
        kept=[one for one in claimed if one.recipient_id not in found],
        refused=[
            (one, _refusal(found[one.recipient_id][1]))
            for one in asked
            if one.recipient_id in found and found[one.recipient_id][0]
        ],
    )


def _refusal(reason: str) -> Answer:
    text = f"550 5.7.1 Mail to this address is not allowed here ({reason})"
    return Answer(verdict="bounced", phase="sign", code=550, enhanced="5.7.1", text=text)
