"""What is known of leased rows besides the queue: the recipient, and the message."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from mailcore.delivery.jobs import Claimed
from mailcore.delivery.statements import statement

log = logging.getLogger(__name__)

#: By `wanted`; its rows and those of the queue are `joined`.
DESCRIBE = statement("describe")

Row = Mapping[str, Any]


def wanted(leased: Sequence[Row]) -> dict[str, object]:
    """The parameters of DESCRIBE for at least one leased row."""
    recipients = [row["recipient_id"] for row in leased]
    messages = [row["message_id"] for row in leased]
    return {
        "recipients": recipients,
        "first_recipient": min(recipients),
        "last_recipient": max(recipients),
        "first_message": min(messages),
        "last_message": max(messages),
    }


def joined(leased: Sequence[Row], described: Sequence[Row]) -> list[Claimed]:
    """Leased rows in their order, whole; one that the ledger does not know is left alone."""
    known: dict[UUID, Row] = {row["recipient_id"]: row for row in described}
    claimed = []
    for row in leased:
        recipient_id = row["recipient_id"]
        if recipient_id in known:
            claimed.append(Claimed(**{**row, **known[recipient_id]}))
        else:
            log.error("%s is queued, and the ledger or its message is gone", recipient_id)
    return claimed
