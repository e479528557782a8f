"""Look at domains' records, and draw the consequences."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction

from kernel.actor import Actor, authorise
from kernel.dns.ports import Exchange
from kernel.errors import NotFound
from kernel.outbox import publish
from kernel.tenancy import in_reseller
from mailcore.checks import selectors as check_selectors
from mailcore.checks import services as checks
from mailcore.checks.models import DomainAlarm, RecordVerdict
from mailcore.checks.services import Inspection, Look
from mailcore.directory import selectors as directory_selectors
from mailcore.directory import services as directory
from mailcore.domains import selectors
from mailcore.domains.models import Domain
from mailcore.domains.services import claims, names
from mailcore.domains.services.consequences import (
    alarms,
    evidence,
    keys,
    ownership,
    policies,
    return_path,
    targets,
    upkeep,
)
from mailcore.protocol import verp
from mailcore.protocol.dns_records import Key, Record
from tenants.resellers import selectors as resellers

log = logging.getLogger(__name__)


@transaction.atomic
def request_check(*, actor: Actor, domain_id: UUID) -> Domain:
    """Look at the domain's records as soon as a worker is free; raises NotAllowed, NotFound."""
    authorise(actor, "domains.write")
    domain = selectors.get_seen(domain_id, actor=actor)
    checks.watch(domain.public_id)
    publish(
        "domain.check_requested",
        subject=domain.reference,
        data={"domain_id": str(domain.public_id)},
        actor=actor,
    )
    return domain


def check_domain(*, domain_id: UUID, exchange: Exchange | None = None) -> Domain:
    """Ask the authoritative servers now (up to 15 s) and store the verdicts.

    An answer that could not be had changes nothing. Raises NotFound.
    """
    domain = selectors.get_domain(domain_id)
    jobs = {domain.name: selectors.expected_records(domain)}
    # No transaction is open while strangers' servers are asked.
    inspection = checks.inspect(jobs, exchange=exchange)[domain.name]
    return _conclude(domain, inspection)


def jobs_of(
    *, reseller_id: UUID, domain_ids: Sequence[UUID]
) -> list[tuple[Domain, Sequence[Record]]]:
    """A reseller's domains with the records to look at; those that are gone are not in it."""
    with in_reseller(reseller_id):
        hosts = resellers.mail_hosts()
        return [
            (domain, selectors.expected_records(domain, hosts=hosts))
            for domain in selectors.list_with_keys(domain_ids)
        ]


def conclude(*, reseller_id: UUID, seen: Sequence[tuple[Domain, Inspection]]) -> None:
    """Store what was seen of a reseller's domains and draw the consequences; as role worker.

    Those that are proven in one transaction; what fails there is tried one by one, so that a domain
    that is gone or fails is logged and holds up no other.
    """
    proven = {one.public_id: found for one, found in seen if one.verified_at is not None}
    done = len(proven) > 1 and _concluded_together(reseller_id, proven)
    for domain, inspection in seen:
        if not (done and domain.public_id in proven):
            with _alone(domain.public_id), in_reseller(reseller_id):
                _conclude(domain, inspection)


def _concluded_together(reseller_id: UUID, seen: Mapping[UUID, Inspection]) -> bool:
    try:
        with in_reseller(reseller_id):
            _keep_all(seen)
    except Exception:
        log.exception("%d domains are concluded one by one", len(seen))
        return False
    return True


@contextmanager
def _alone(domain_id: UUID) -> Iterator[None]:
    """Whatever goes wrong with one domain stays with it; its lease brings it back."""
    try:
        yield
    except NotFound:
        log.info("domain %s is gone", domain_id)
    except Exception:
        log.exception("domain %s failed", domain_id)


def _conclude(domain: Domain, inspection: Inspection) -> Domain:
    """Store what was seen and draw the consequences, unless somebody else has the name by now."""
    if claims.end_if_lost(domain):
        raise NotFound
    return _keep(domain, inspection)


@transaction.atomic
def _keep(looked_at: Domain, inspection: Inspection) -> Domain:
    if looked_at.verified_at is None:
        # It may be proven now: the name before the row, as whoever claims or gives up does it.
        directory.lock_name(names.registrable(looked_at.name))
    kept = _keep_all({looked_at.public_id: inspection})
    if not kept:
        raise NotFound
    return kept[0]


@transaction.atomic
def _keep_all(seen: Mapping[UUID, Inspection]) -> list[Domain]:
    """Those that are still there."""
    # Not FOR UPDATE: that would wait for everybody who commits a reference to these rows, and they
    # for us, with the schedules in their hands.
    locked = selectors.list_with_keys(seen).select_for_update(no_key=True, of=("self",))
    domains = list(locked.order_by("pk"))
    rows = checks.keep({one.public_id: seen[one.public_id] for one in domains})
    opened = check_selectors.list_open_alarms(seen)
    names_of = [verp.bounce_domain(one.name) for one in domains]
    routes = directory_selectors.list_routes(names_of)
    bounces = {name for name, route in routes.items() if route.takes_bounces}
    for domain in domains:
        if domain.public_id in rows:
            looks = seen[domain.public_id].looks
            _draw(domain, rows[domain.public_id], looks, opened, bounces)
    return domains


def _draw(
    domain: Domain,
    rows: Mapping[Key, RecordVerdict],
    looks: Sequence[Look],
    opened: Mapping[UUID, Sequence[DomainAlarm]],
    bounces: set[str],
) -> None:
    evidence.draw(domain, rows)
    ownership.draw(domain, rows)
    keys.draw(domain, rows, looks)
    alarms.draw(domain, rows, looks, opened.get(domain.public_id, ()))
    policies.draw(domain, rows)
    return_path.draw(domain, rows, is_routed=verp.bounce_domain(domain.name) in bounces)
    targets.draw(domain, rows)
    upkeep.draw(domain, rows)
