"""Judges the days that are over: where each address stands in its calendars."""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

import psycopg
from django.conf import settings
from psycopg.rows import TupleRow, class_row

from kernel import clock
from mailcore.delivery.egress.warmup import GROUP_OF, WARM, Day, Judgement, group_of, judge
from mailcore.delivery.statements import statement

log = logging.getLogger(__name__)

_OPEN, _DAYS = statement("warmup_open"), statement("warmup_days")
_COMPLAINTS, _SUSPENSIONS = statement("warmup_complaints"), statement("warmup_suspensions")
_JUDGED = statement("warmup_judged")
#: Counts of days are kept so long.
KEPT = timedelta(days=400)

#: An address, a group of providers, a day.
Where = tuple[str, str, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What others counted: complaints by the feedback daemon, suspensions by the shaper."""

    complaints: Counter[Where]
    suspensions: dict[Where, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A row of sql/warmup_days.sql."""

    address: str
    group: str
    step: int
    day: date
    sent: int
    deferred: int
    hard: int
    blocked: int
    listed_by: list[str]
    idle: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Where an address stands from today on, in the calendar of a group of providers."""

    address: str
    group: str
    judgement: Judgement


def judge_days() -> list[Judged]:
    """Judge every day up to yesterday (UTC) that was not, in one transaction; what came of it."""
    until = clock.now().date() - timedelta(days=1)
    with psycopg.connect(settings.DSN("delivery")) as connection:
        connection.execute(_OPEN, {"warm": WARM, "until": until})
        with connection.cursor(row_factory=class_row(Seen)) as cursor:
            seen = cursor.execute(_DAYS, {"until": until}).fetchall()
        if not seen:
            return []
        signals = _signals(connection, first=min(row.day for row in seen), last=until)
        judged = [
            _judge(address, group, list(days), signals)
            for (address, group), days in groupby(seen, key=lambda row: (row.address, row.group))
        ]
        connection.execute(_JUDGED, {"until": until, **_columns(judged)})
        connection.execute("DELETE FROM public.egress_day WHERE day < %s", [until - KEPT])
    for one in judged:
        if one.judgement.verdict in {"back", "restart"}:
            log.warning("%s at %s: %s", one.address, one.group, one.judgement.reason)
    return judged


def _signals(connection: psycopg.Connection[TupleRow], *, first: date, last: date) -> Signals:
    found = Signals(complaints=Counter(), suspensions={})
    days = {"first": first, "last": last}
    for source, provider, day, complaints in connection.execute(_COMPLAINTS, days):
        found.complaints[source, group_of(provider), day] += complaints
    for source, target, day, cause in connection.execute(_SUSPENSIONS, days):
        # A small server that has enough of us says nothing about all the others of its group.
        if target in GROUP_OF:
            found.suspensions[source, group_of(target), day] = cause
    return found


def _judge(address: str, group: str, days: list[Seen], signals: Signals) -> Judged:
    step = days[0].step
    for seen in days:
        where = (address, group, seen.day)
        judgement = judge(
            step,
            Day(
                sent=seen.sent,
                deferred=seen.deferred,
                hard=seen.hard,
                complaints=signals.complaints[where],
                blocked=seen.blocked,
                listed_by=tuple(seen.listed_by),
                suspended=signals.suspensions.get(where, ""),
                idle=seen.idle,
            ),
            group=group,
        )
        step = judgement.step
    return Judged(address=address, group=group, judgement=judgement)


def _columns(judged: list[Judged]) -> dict[str, object]:
    return {
        "addresses": [one.address for one in judged],
        "groups": [one.group for one in judged],
        "steps": [one.judgement.step for one in judged],
        "verdicts": [one.judgement.verdict for one in judged],
        "reasons": [one.judgement.reason for one in judged],
    }
