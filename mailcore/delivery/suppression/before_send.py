"""The last look before mail leaves: suppressions, pauses and holds that came after acceptance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from kernel import clock, ids
from mailcore.delivery.jobs import Claimed
from mailcore.delivery.smtp.envelope import Answer
from mailcore.delivery.statements import statement

#: A mailbox here that takes no mail is looked at again after so long: whoever holds it may be of
#: another reseller than the sender, whose queue nobody else reaches into.
AGAIN = timedelta(minutes=1)
_PLACES, _SET_ASIDE = statement("set_aside_places"), statement("set_aside")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """Claimed recipients that go on, and those whose senders are told that they do not."""

    kept: Sequence[Claimed]
    refused: Sequence[tuple[Claimed, Answer]]


async def sift(
    claimed: Sequence[Claimed], *, connection: AsyncConnection[TupleRow], scale: float = 1.0
) -> Sifted:
    """End what is suppressed, keep what is paused or on hold: a batch in one look, mostly no find.

    `refused` are letters of persons to an address that nobody may write to: they bounce. Mail with
    the null sender is a notification of ours and always goes on. `scale` is that of
    all delays. Raises psycopg.OperationalError.
    """
    asked = await _suspects([one for one in claimed if one.envelope_from], connection=connection)
    if not asked:
        return Sifted(kept=claimed, refused=())
    cursor = await connection.execute(_SET_ASIDE, {
        "recipients": [one.recipient_id for one in asked],
        "sequences": [one.lease_seq for one in asked],
        "again": clock.now() + AGAIN * scale,
        "events": [ids.uuid7() for _ in asked],
        **_asked(asked),
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


async def _suspects(
    claimed: Sequence[Claimed], *, connection: AsyncConnection[TupleRow]
) -> list[Claimed]:
    if not claimed:
        return []
    cursor = await connection.execute(_PLACES, _asked(claimed))
    return [claimed[place - 1] for place in sorted({row[0] for row in await cursor.fetchall()})]


def _asked(claimed: Sequence[Claimed]) -> dict[str, Any]:
    return {
        "resellers": [one.reseller_id for one in claimed],
        "streams": [one.stream for one in claimed],
        "addresses": [one.address for one in claimed],
        "sites": [one.site for one in claimed],
        "domains": [one.from_domain for one in claimed],
        "logins": [one.submitter for one in claimed],
        "now": clock.now(),
    }


def _refusal(reason: str) -> Answer:
    text = f"550 5.7.1 Mail to this address is not allowed here ({reason})"
    return Answer(verdict="bounced", phase="sign", code=550, enhanced="5.7.1", text=text)
