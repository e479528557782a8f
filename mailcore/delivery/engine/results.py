"""The two statements that store a batch of results, in one transaction, and what they are run with."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from mailcore.delivery.outcomes import Result
from mailcore.delivery.statements import statement

#: FINISH tells whose results counted; OUTCOMES is for those among them that are final, if any.
FINISH, OUTCOMES = statement("finish"), statement("outcomes")


def of_finish(results: Sequence[Result]) -> dict[str, object]:
    """The parameters of FINISH."""
    attempts = [result.tried.attempt_id for result in results]
    return {
        "results": json.dumps([result.as_row() for result in results]),
        "first_attempt": min(attempts),
        "last_attempt": max(attempts),
    }


def counted(results: Iterable[Result], rows: Iterable[Sequence[Any]]) -> list[Result]:
    """Those of the results that FINISH named: by recipient and lease."""
    named = {(row[0], row[1]) for row in rows}
    return [
        result
        for result in results
        if (result.tried.claimed.recipient_id, result.tried.claimed.lease_seq) in named
    ]


def of_outcomes(results: Iterable[Result]) -> dict[str, object]:
    """The parameters of OUTCOMES: of results that counted, those that are final."""
    rows = [result.as_row() for result in results if result.is_final]
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
