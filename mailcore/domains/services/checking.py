"""Look at a domain's records, and draw the consequences."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction

from kernel.actor import Actor, authorise
from kernel.dns.ports import Exchange
from kernel.errors import NotFound
from kernel.outbox import publish
from kernel.tenancy import in_reseller
from mailcore.checks import services as checks
from mailcore.checks.services import Look
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
from mailcore.protocol.dns_records import Record

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
    looks = checks.inspect(jobs, exchange=exchange)[domain.name]
    return _conclude(domain, looks)


def check_domains(*, due: Sequence[tuple[UUID, UUID]], exchange: Exchange | None = None) -> None:
    """Check many domains at once, of any resellers: (reseller_id, domain_id); as role worker.

    A domain that is gone or fails is logged and holds up no other.
    """
    jobs: list[tuple[str, Sequence[Record]]] = []
    owners: list[tuple[UUID, Domain]] = []
    for reseller_id, domain_id in due:
        with in_reseller(reseller_id), _alone(domain_id):
            domain = selectors.get_domain(domain_id)
            jobs.append((domain.name, selectors.expected_records(domain)))
            owners.append((reseller_id, domain))
    found = checks.inspect_each(jobs, exchange=exchange)
    for (reseller_id, domain), looks in zip(owners, found, strict=True):
        with in_reseller(reseller_id), _alone(domain.public_id):
            _conclude(domain, looks)


@contextmanager
def _alone(domain_id: UUID) -> Iterator[None]:
    """Whatever goes wrong with one domain stays with it; its lease brings it back."""
    try:
        yield
    except NotFound:
        log.info("domain %s is gone", domain_id)
    except Exception:
        log.exception("domain %s failed", domain_id)


def _conclude(domain: Domain, looks: Sequence[Look]) -> Domain:
    """Store what was seen and draw the consequences, unless somebody else has the name by now."""
    if claims.end_if_lost(domain):
        raise NotFound
    return _keep(domain, looks)


@transaction.atomic
def _keep(looked_at: Domain, looks: Sequence[Look]) -> Domain:
    if looked_at.verified_at is None:
        # It may be proven now: the name before the row, as whoever claims or gives up does it.
        directory.lock_name(names.registrable(looked_at.name))
    domain_id: UUID = looked_at.public_id
    # Not FOR UPDATE: that would wait for everybody who commits a reference to this row, and they
    # for us, with the schedule in their hands.
    locked = Domain.objects.select_for_update(no_key=True)
    domain = locked.filter(public_id=domain_id).first()
    if domain is None:
        raise NotFound
    rows = checks.keep(domain_id=domain_id, looks=looks)
    evidence.draw(domain, rows)
    ownership.draw(domain, rows)
    keys.draw(domain, rows, looks)
    alarms.draw(domain, rows, looks)
    policies.draw(domain, rows)
    return_path.draw(domain, rows)
    targets.draw(domain, rows)
    upkeep.draw(domain, rows)
    return domain
