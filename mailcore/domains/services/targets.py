"""Records that we keep for a domain: its CNAMEs point to them, so changing them is ours alone."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from kernel import clock
from kernel.actor import Actor, authorise
from kernel.outbox import audit, publish
from mailcore.checks import selectors as check_selectors
from mailcore.checks import services as checks
from mailcore.domains import selectors
from mailcore.domains.models import Domain
from mailcore.domains.platform_zones import platform_editor
from mailcore.domains.services.publishing import republish
from mailcore.domains.states import Publishing
from mailcore.protocol import dns_records
from mailcore.protocol.dns_plan import value_of
from mailcore.protocol.dns_records import Record
from mailcore.protocol.dns_zone import Change
from mailcore.zones import services as zones
from mailcore.zones.ports import ZoneBusy, ZoneEditor

log = logging.getLogger(__name__)


@transaction.atomic
def choose_publishing(*, actor: Actor, domain_id: UUID, publishing: Publishing) -> Domain:
    """Have the records published as they are, or as CNAMEs to names of ours.

    The client is told to publish CNAMEs once their targets stand. Raises NotAllowed, NotFound.
    """
    authorise(actor, "domains.write")
    domain = selectors.get_seen(domain_id, actor=actor)
    if domain.publishing == publishing:
        return domain
    domain.publishing, domain.targets_at = publishing, None
    domain.save(update_fields=["publishing", "targets_at"])
    if publishing == Publishing.CNAME:
        checks.ask_for_targets(domain.public_id)
    republish(domain_id=domain.public_id)
    checks.watch(domain.public_id)
    audit(
        "domain.publishing_chosen",
        subject=domain.reference,
        actor=actor,
        data={"publishing": publishing.value},
    )
    publish(
        "domain.publishing_chosen",
        subject=domain.reference,
        data={"domain_id": str(domain.public_id)},
        actor=actor,
    )
    return domain


def write_targets(*, domain_id: UUID, editor: ZoneEditor | None = None) -> None:
    """Bring a domain's records in our zone up to date; raises NotFound, ZoneBusy, ZoneRefused."""
    schedule = check_selectors.find_schedule(domain_id)  # before what it asks for is read
    domain = selectors.get_domain(domain_id)
    editor = editor or platform_editor()
    if editor is None:
        raise ZoneBusy("dns_update.no_key")
    _write(editor, _targets(domain))
    with transaction.atomic():
        if domain.targets_at is None:
            Domain.objects.filter(pk=domain.pk).update(targets_at=clock.now())
            republish(domain_id=domain.public_id)
            checks.watch(domain.public_id)
        claimed = schedule.targets_due_at if schedule else None
        checks.targets_written(domain.public_id, claimed=claimed)


def leave_targets(domain: Domain) -> None:
    """Let what we keep for the domain go with its quarantine; before its row goes."""
    if domain.publishing != Publishing.CNAME:
        return
    zones.leave_targets(
        domain_id=domain.public_id,
        places=sorted({(record.name, record.type) for record in _targets(domain)}),
        until=clock.now() + timedelta(days=settings.NAME_QUARANTINE_DAYS),
    )


def clear_left_targets(*, editor: ZoneEditor | None = None) -> bool:
    """Take one given-up domain's records out of our zone; False when none is due.

    As role worker. Raises ZoneBusy, ZoneRefused: then it is due again in an hour.
    """
    claimed = zones.claim_left()
    if claimed is None:
        return False
    domain_id, places = claimed
    editor = editor or platform_editor()
    if editor is None:
        raise ZoneBusy("dns_update.no_key")
    standing = editor.read(settings.RECORDS_ZONE, places)
    gone = [
        Change(add=False, name=name, type=kind, value=value, ttl=held.ttl)
        for (name, kind), held in standing.items()
        for value in held.values
    ]
    if gone:
        editor.apply(settings.RECORDS_ZONE, gone, standing=standing)
    zones.forget_left(domain_id)
    return True


def _targets(domain: Domain) -> list[Record]:
    zone = selectors.records_zone_of(domain)
    return dns_records.targets(replace(selectors.hosted_domain(domain), records_zone=zone))


def _write(editor: ZoneEditor, wanted: Sequence[Record]) -> None:
    """Make the names show these values and nothing else: all that stands there is ours."""
    changes: list[Change] = []
    places = sorted({(record.name, record.type) for record in wanted})
    standing = editor.read(settings.RECORDS_ZONE, places)
    for name, kind in places:
        values = {value_of(r): r.ttl for r in wanted if (r.name, r.type) == (name, kind)}
        held = standing[name, kind].values
        gone = [value for value in held if value not in values]
        new = [value for value in values if value not in held]
        ttl = next(iter(values.values()))
        changes += [Change(add=False, name=name, type=kind, value=v, ttl=ttl) for v in gone]
        changes += [Change(add=True, name=name, type=kind, value=v, ttl=ttl) for v in new]
    if changes:
        changes.sort(key=lambda change: change.add)
        editor.apply(settings.RECORDS_ZONE, changes, standing=standing)
