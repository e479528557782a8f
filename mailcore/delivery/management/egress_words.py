"""What `egress` prints."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from mailcore.delivery.egress.naming import CONSEQUENCE
from mailcore.delivery.egress.warmup import CALENDAR

Row = dict[str, Any]


def source_lines(rows: Sequence[Row]) -> Iterator[str]:
    """One line per source, then what speaks against it."""
    if not rows:
        yield "no sources yet: those of the settings come with the first start of their node"
    for row in rows:
        state = row["state"] + (f" ({row['reason']})" if row["reason"] else "")
        warming = f", warming at {row['warming']} of 5 groups" if row["warming"] else ""
        yield f"{row['address']} {row['ehlo']} on {row['node']}: {state}{warming}; today {_today(row)}"
        yield from (f"  listed by {listing}" for listing in row["listed_by"])
        yield from (f"  warning: {doubt}; {CONSEQUENCE}" for doubt in row["doubts"])


def pool_lines(rows: Sequence[Row], *, slugs: Mapping[UUID, str]) -> Iterator[str]:
    """Each pool, its members and its streams."""
    for row in rows:
        owner = f" of {slugs.get(row['reseller_id'], row['reseller_id'])}" * bool(
            row["reseller_id"]
        )
        count = len(row["members"])
        yield f"pool {row['name']}{owner}: {'1 source' if count == 1 else f'{count} sources'}"
        for member in row["members"]:
            only = f", only for {', '.join(member['providers'])}" if member["providers"] else ""
            state = "" if member["state"] == "active" else f", {member['state']}"
            yield f"  {member['address']} {member['role']}, weight {member['weight']}{only}{state}"
        for mapped in row["streams"]:
            reseller = mapped["reseller_id"]
            who = slugs.get(UUID(reseller), reseller) if reseller else "every reseller"
            yield f"  takes {mapped['stream']} of {who}"


def warmup_lines(rows: Sequence[Row]) -> Iterator[str]:
    """One line per address and group of providers."""
    if not rows:
        yield "warm everywhere"
    for row in rows:
        place = f"{row['address']} {row['group']}:"
        if row["cap"] is None:
            yield f"{place} warm, today {row['sent']} ({row['reason']})"
            continue
        beyond = f", {row['overflow']} beyond it" if row["overflow"] else ""
        yield (
            f"{place} step {row['step']} of {len(CALENDAR)}, today {row['sent']} of {row['cap']}"
            f"{beyond}; {row['verdict']} after {row['judged_on']}: {row['reason']}"
        )


def _today(row: Row) -> str:
    told = f"{row['sent']} sent, {row['deferred']} deferred, {row['hard']} bounced hard"
    return f"{told}, {row['blocked']} refused because of the address" if row["blocked"] else told
