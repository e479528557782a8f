"""Read alarms, with the sentence that says what is wrong."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kernel.actor import Actor
from mailcore.checks.models import AlarmState, DomainAlarm
from mailcore.domains import instructions, selectors
from mailcore.domains.services import telling
from mailcore.domains.services.consequences.alarms import LAPSED
from mailcore.protocol.dns_records import Record


def list_alarms(actor: Actor, *, domain_id: UUID | None = None) -> QuerySet[DomainAlarm]:
    """The alarms about domains that exist for this actor, or about one of them, oldest first."""
    seen = selectors.list_seen(actor)
    if domain_id is not None:
        seen = seen.filter(public_id=domain_id)
    found = DomainAlarm.objects.filter(domain_id__in=seen.values("public_id"))
    return found.order_by("public_id")


def list_open(actor: Actor) -> QuerySet[DomainAlarm]:
    """Those that are not over, domain by domain."""
    return list_alarms(actor).filter(state=AlarmState.OPEN).order_by("domain", "public_id")


def sentence_of(alarm: DomainAlarm) -> str:
    """What is wrong and what to do, as one sentence."""
    return sentence(telling.plain(alarm))


def sentence(told: Mapping[str, Any]) -> str:
    """The same of an alarm as events tell it."""
    if told["kind"] == LAPSED:
        return _(
            "Nothing in DNS leads here any more, so mail for the domain is switched off: publish "
            "its records again, or give the domain up."
        )
    record = Record(purpose=told["kind"], name=told["name"], type=told["type"], value=told["value"])
    return instructions.sentence(
        record,
        verdict=told["verdict"],
        code=told["code"],
        found=told["found"],
        params=told["params"],
    )
