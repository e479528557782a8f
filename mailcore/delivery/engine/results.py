"""The parameters of the two statements that store a batch of results, in one transaction."""

import json
from collections.abc import Mapping, Sequence

from mailcore.delivery.statements import statement

FINISH, OUTCOMES = statement("finish"), statement("outcomes")

#: As `outcomes.Result.as_row` makes it.
Row = Mapping[str, object]


def of_finish(rows: Sequence[Row]) -> dict[str, object]:
    """For FINISH, which tells whose results counted, and whether for good."""
    attempts = [str(row["attempt_id"]) for row in rows]
    return {
        "results": json.dumps(rows),
        "first_attempt": min(attempts),
        "last_attempt": max(attempts),
    }


def of_outcomes(rows: Sequence[Row]) -> dict[str, object]:
    """For OUTCOMES: those rows that counted for good, at least one."""
    recipients = [str(row["recipient_id"]) for row in rows]
    return {
        "recipients": recipients,
        "statuses": [row["outcome"] for row in rows],
        "final_at": [row["ended_at"] for row in rows],
        "codes": [row["code"] for row in rows],
        "enhanced": [row["enhanced"] for row in rows],
        "replies": [row["reply"] for row in rows],
        "attempts": [row["attempts"] for row in rows],
        "first": min(recipients),
        "last": max(recipients),
    }
