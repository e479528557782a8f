"""See a plan's changes at every authoritative server of the zone."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings

from kernel import clock
from kernel.dns.answers import Answers
from kernel.dns.ports import Exchange
from kernel.dns.walk import Unreachable
from mailcore.checks import services as checks
from mailcore.protocol.dns_zone import Change, Place
from mailcore.zones.models import DnsPlan
from mailcore.zones.services.leases import after, store
from mailcore.zones.services.steps import changes_of, places_of
from mailcore.zones.states import PlanState

#: Seconds between looks; the last is repeated. Servers fetch a zone at once or in minutes.
_LOOKS = (2, 3, 5, 10, 20, 30, 60, 120, 300)
#: So long may a server show the old zone.
_PATIENCE = timedelta(hours=1)
_TIME_LIMIT = 15.0
#: Some thirty record sets at up to thirteen servers.
_QUESTIONS = 500


def verify_plan(*, plan: DnsPlan, exchange: Exchange | None = None) -> None:
    """Look once (up to 15 s), then settle the plan or plan the next look; raises LeaseLost."""
    code = asyncio.run(_look(plan, exchange))
    if not code:
        plan.state, plan.verified_at = PlanState.VERIFIED, clock.now()
        plan.code, plan.due_at = "", None
    elif plan.applied_at and clock.now() >= plan.applied_at + _PATIENCE * settings.DELAY_SCALE:
        plan.state, plan.code, plan.due_at = PlanState.FAILED, code, None
    else:
        plan.code, plan.due_at = code, after(_LOOKS[min(plan.tries, len(_LOOKS) - 1)])
        plan.tries += 1
    store(plan, "state", "code", "due_at", "tries", "verified_at")


async def _look(plan: DnsPlan, exchange: Exchange | None) -> str:
    """Empty when every server shows every change, else the code of what is wrong."""
    changes = changes_of(plan.steps)
    walk = checks.walker(exchange, budget=_QUESTIONS)
    try:
        async with asyncio.timeout(_TIME_LIMIT):
            await walk.zone_of(plan.zone)
            places = places_of(changes)
            answers = await asyncio.gather(*(walk.look_up(*place) for place in places))
    except Unreachable:
        return "dns_plan.servers_unreachable"
    except TimeoutError:
        return "dns_plan.servers_silent"
    return judge(changes, dict(zip(places, answers, strict=True)))


def judge(changes: Sequence[Change], answers: dict[Place, Answers]) -> str:
    """Empty when all servers that we can ask answered and show the changes, else the code of what is wrong."""
    aliases = {change.name for change in changes if change.add and change.type == "CNAME"}
    for change in changes:
        if not change.add and change.name in aliases:
            continue  # what is read there now is what the alias leads to
        heard = answers[change.place].heard
        if any((change.value in reply.values) != change.add for reply in heard):
            return "dns_plan.not_visible"
    silent = any(
        len(found.heard) < len(found.asked) or not found.heard for found in answers.values()
    )
    return "dns_plan.servers_silent" if silent else ""
