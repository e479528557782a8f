"""A claim that nobody proves: it ends when somebody else proves the name, or by its age."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from kernel import clock
from kernel.actor import SYSTEM
from kernel.errors import NotFound
from kernel.outbox import audit, publish
from kernel.tenancy import current_reseller_id
from mailcore.directory import services as directory
from mailcore.domains.models import Domain
from mailcore.domains.services import names
from mailcore.domains.services.holding import hold
from mailcore.domains.services.releasing import remove
from mailcore.domains.states import DomainState

#: So long before its end people are told.
NOTICE = timedelta(days=7)
#: So many are named in a mail; of the others it says how many there are.
MOST_NAMED = 20
#: So many end, or are warned of, in one transaction and one mail.
SLICE = 100


class ClaimEnd(StrEnum):
    """Why a claim came to nothing: it is not told who was faster."""

    PROVEN_ELSEWHERE = "proven_elsewhere"
    NOT_PROVEN = "not_proven"


def end_if_lost(domain: Domain) -> bool:
    """Remove a domain that never was proven once somebody else has proven the name."""
    if domain.verified_at is not None or not _is_closed(domain):
        return False
    return end_claim(domain_id=domain.public_id, reason=ClaimEnd.PROVEN_ELSEWHERE)


@transaction.atomic
def end_claim(*, domain_id: UUID, reason: ClaimEnd) -> bool:
    """Remove a domain that never was proven, if the reason still holds; whether it was removed."""
    domain = Domain.objects.filter(public_id=domain_id).first()
    if domain is None:
        return False
    try:
        domain = hold(domain)
    except NotFound:
        return False
    if not _holds(reason, domain):
        return False
    drop_claim(domain, reason=reason)
    if reason == ClaimEnd.PROVEN_ELSEWHERE:
        _tell(reason, [domain.name])
    return True


def drop_claim(domain: Domain, *, reason: ClaimEnd) -> None:
    """Remove a held domain that never was proven, and say so in audit and event."""
    reference, shown = domain.reference, {"name": domain.name, "reason": reason.value}
    domain_id = str(domain.public_id)
    remove(domain, keep_until=None)
    audit("domain.claim_ended", subject=reference, actor=SYSTEM, data={**shown})
    publish("domain.claim_ended", subject=reference, data={"domain_id": domain_id, **shown})


def end_old_claims() -> int:
    """End the current reseller's claims whose time is over, and warn of the next; how many ended."""
    now = clock.now()
    last = now - timedelta(days=settings.CLAIM_DAYS)
    over = _unproven().filter(created_at__lte=last, claim_told_at__lte=now - NOTICE)
    ended = sum(_end(claims) for claims in _slices(over))
    for claims in _slices(_unproven().filter(created_at__lte=last + NOTICE, claim_told_at=None)):
        _warn(claims)
    return ended


def _slices(domains: QuerySet[Domain]) -> list[list[tuple[UUID, str]]]:
    found = list(domains.values_list("public_id", "name"))
    return [found[at : at + SLICE] for at in range(0, len(found), SLICE)]


@transaction.atomic
def _end(claims: Sequence[tuple[UUID, str]]) -> int:
    """With the mail about it, or not at all; how many ended."""
    # All names first, in one order: who waits for one of them has nothing that we still need.
    for name in sorted({names.registrable(name) for _, name in claims}):
        directory.lock_name(name)
    ended = [
        name
        for domain_id, name in claims
        if end_claim(domain_id=domain_id, reason=ClaimEnd.NOT_PROVEN)
    ]
    _tell(ClaimEnd.NOT_PROVEN, ended)
    return len(ended)


@transaction.atomic
def _warn(claims: Sequence[tuple[UUID, str]]) -> None:
    waiting = _unproven().filter(public_id__in=[one for one, _ in claims], claim_told_at=None)
    found = list(waiting.select_for_update(no_key=True, skip_locked=True))
    Domain.objects.filter(pk__in=[one.pk for one in found]).update(claim_told_at=clock.now())
    for domain in found:
        until = max(domain.prove_by or clock.now(), clock.now() + NOTICE).isoformat()
        publish(
            "domain.claim_ending",
            subject=domain.reference,
            data={"domain_id": str(domain.public_id), "name": domain.name, "until": until},
        )
    _tell("ending", [domain.name for domain in found])


def _unproven() -> QuerySet[Domain]:
    pending = Domain.objects.filter(state=DomainState.PENDING, verified_at=None)
    return pending.order_by("public_id")


def _holds(reason: ClaimEnd, domain: Domain) -> bool:
    """Under the lock of the name: what was true when somebody asked may not be any more."""
    if domain.state != DomainState.PENDING or domain.verified_at is not None:
        return False
    if reason == ClaimEnd.PROVEN_ELSEWHERE:
        return _is_closed(domain)
    return domain.claim_told_at is not None


def _is_closed(domain: Domain) -> bool:
    return directory.is_closed_to(current_reseller_id(), domain.name)


def _tell(what: str, names: list[str]) -> None:
    """Ask for one mail about all of them."""
    if names:
        data = {"what": what, "names": names[:MOST_NAMED], "more": len(names[MOST_NAMED:])}
        publish("domain.claims_told", subject=f"claims {what}", data=data)
