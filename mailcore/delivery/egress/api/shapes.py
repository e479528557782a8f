"""Sources, pools and calendars as JSON."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, TypedDict, get_args
from uuid import UUID

from kernel import ids
from kernel.rest.openapi import Id, OneOf, shape
from mailcore.delivery.egress.members import Role, State
from mailcore.delivery.egress.services import STREAMS
from mailcore.delivery.egress.warmup import SHARES, Verdict
from mailcore.protocol.providers import PROVIDERS

_SOURCE = {
    "address": "192.0.2.10",
    "ehlo": "out10.mail.example",
    "node": "node1",
    "state": "active",
    "reason": "",
    "changed_at": "2026-03-01T09:00:00Z",
    "listed_by": [],
    "warming": 5,
    "sent": 40,
    "deferred": 1,
    "hard": 0,
    "blocked": 0,
}
_CALENDAR = {
    "group": "gmail",
    "step": 3,
    "cap": 100,
    "sent": 40,
    "overflow": 0,
    "judged_on": "2026-02-28",
    "verdict": "step",
    "reason": "",
}
_POOL = {
    "name": "default",
    "reseller": None,
    "members": [
        {
            "address": "192.0.2.10",
            "weight": 100,
            "role": "active",
            "providers": None,
            "state": "active",
        }
    ],
    "streams": [{"stream": "bulk", "reseller": None}],
}


class SourceShown(TypedDict):
    """An address that mail leaves from; counts are today's (UTC), in recipients.

    `warming`: at so many of five groups of providers; `blocked`: refused because of the address.
    """

    address: str
    ehlo: str
    node: str
    state: Annotated[str, OneOf(get_args(State))]
    reason: str
    changed_at: datetime
    listed_by: list[str]
    warming: int
    sent: int
    deferred: int
    hard: int
    blocked: int


class CalendarShown(TypedDict):
    """Where a source stands in the calendar of a group of providers; `cap` null: warm."""

    group: Annotated[str, OneOf(sorted(SHARES))]
    step: int
    cap: int | None
    sent: int
    overflow: int
    judged_on: date
    verdict: Annotated[str, OneOf(get_args(Verdict))]
    reason: str


@shape(example={**_SOURCE, "warm_up": [_CALENDAR]})
class OneSourceShown(SourceShown):
    """A source with its calendars; none: it is warm everywhere."""

    warm_up: list[CalendarShown]


@shape(example={"data": [_SOURCE]})
class SourcesShown(TypedDict):
    """Every source, by node and address."""

    data: list[SourceShown]


class PoolMember(TypedDict):
    """A source in a pool; `providers` null: for all."""

    address: str
    weight: int
    role: Annotated[str, OneOf(get_args(Role))]
    providers: list[Annotated[str, OneOf(sorted(PROVIDERS))]] | None
    state: Annotated[str, OneOf(get_args(State))]


class PooledStream(TypedDict):
    """A stream whose mail leaves from the pool; `reseller` null: of all that have no row of their own."""

    stream: Annotated[str, OneOf(STREAMS)]
    reseller: Annotated[str, Id("res")] | None


@shape(example=_POOL)
class PoolShown(TypedDict):
    """A pool of sources, shared or for one reseller."""

    name: str
    reseller: Annotated[str, Id("res")] | None
    members: list[PoolMember]
    streams: list[PooledStream]


@shape(example={"data": [_POOL]})
class PoolsShown(TypedDict):
    """Every pool, by name."""

    data: list[PoolShown]


@shape(example={"stream": "bulk", "reseller": None, "pool": "default"})
class MappingShown(TypedDict):
    """The pool that new mail of a stream leaves from; null: there is no row of its own."""

    stream: Annotated[str, OneOf(STREAMS)]
    reseller: Annotated[str, Id("res")] | None
    pool: str | None


def show_source(row: dict[str, Any]) -> SourceShown:
    """A row of sql/egress_sources.sql."""
    return {
        "address": row["address"],
        "ehlo": row["ehlo"],
        "node": row["node"],
        "state": row["state"],
        "reason": row["reason"],
        "changed_at": row["changed_at"],
        "listed_by": list(row["listed_by"]),
        "warming": int(row["warming"]),
        "sent": int(row["sent"]),
        "deferred": int(row["deferred"]),
        "hard": int(row["hard"]),
        "blocked": int(row["blocked"]),
    }


def show_one_source(row: dict[str, Any], calendars: Iterable[dict[str, Any]]) -> OneSourceShown:
    """The same with rows of sql/egress_warmup.sql."""
    return {**show_source(row), "warm_up": [_calendar(one) for one in calendars]}


def show_pool(row: dict[str, Any]) -> PoolShown:
    """A row of sql/egress_pools.sql."""
    return {
        "name": row["name"],
        "reseller": show_reseller(row["reseller_id"]),
        "members": [
            {
                "address": one["address"],
                "weight": one["weight"],
                "role": one["role"],
                "providers": one["providers"],
                "state": one["state"],
            }
            for one in row["members"]
        ],
        "streams": [
            {"stream": one["stream"], "reseller": show_reseller(one["reseller_id"])}
            for one in row["streams"]
        ],
    }


def show_reseller(found: UUID | str | None) -> str | None:
    """`res_…` of an id, also of one as JSON has it."""
    return None if found is None else ids.to_public("res", UUID(str(found)))


def _calendar(row: dict[str, Any]) -> CalendarShown:
    return {
        "group": row["group"],
        "step": row["step"],
        "cap": row["cap"],
        "sent": int(row["sent"]),
        "overflow": int(row["overflow"]),
        "judged_on": row["judged_on"],
        "verdict": row["verdict"],
        "reason": row["reason"],
    }
