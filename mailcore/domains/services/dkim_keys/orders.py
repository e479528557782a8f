"""What a person may order of a domain's keys."""

from uuid import UUID

from django.db import transaction

from kernel import clock
from kernel.actor import Actor, authorise
from kernel.errors import NotFound
from kernel.outbox import audit, publish
from mailcore.checks import services as checks
from mailcore.directory.states import KeyState
from mailcore.domains import key_life, selectors
from mailcore.domains.errors import DomainNotVerified
from mailcore.domains.models import Domain
from mailcore.domains.services.dkim_keys import shelf, turning
from mailcore.domains.states import DomainState


@transaction.atomic
def request_rotation(*, actor: Actor, domain_id: UUID) -> Domain:
    """Let the other slot sign as soon as a look at DNS shows it.

    Raises NotAllowed, NotFound, DomainNotVerified.
    """
    authorise(actor, "domains.write")
    domain = turning.lock_domain(selectors.get_seen(domain_id, actor=actor))
    if domain.state != DomainState.VERIFIED:
        raise DomainNotVerified
    if domain.rotation_asked_at is None:
        domain.rotation_asked_at = clock.now()
        domain.save(update_fields=["rotation_asked_at"])
        audit("dkim.rotation_requested", subject=domain.reference, actor=actor)
    checks.plan_keys(domain.public_id, due_at=clock.now())
    checks.watch(domain.public_id)
    _wake(domain, actor)
    return domain


@transaction.atomic
def revoke_key(*, actor: Actor, domain_id: UUID, key_id: UUID) -> Domain:
    """Withdraw a key that others may know: its private half is destroyed in this transaction.

    If it signed, the other slot takes over in the same moment, as far as DNS shows it. The key's
    record is to be shown empty from now on. Again: nothing happens. Raises NotAllowed, NotFound.
    """
    authorise(actor, "domains.write")
    domain = turning.lock_domain(selectors.get_seen(domain_id, actor=actor))
    rows = turning.rows_of(domain)
    row = next((row for row in rows if row.public_id == key_id), None)
    if row is None:
        raise NotFound
    if row.revoked_at is not None:
        return domain
    keys = key_life.revoke([*map(shelf.as_key, rows)], key_id=key_id, now=clock.now())
    turn = turning.take_turn(domain, rows, keys=keys, actor=actor)
    data: dict[str, object] = {
        "selector": row.selector,
        "selectors": sorted(key.selector for key in turn.keys if key.state == KeyState.ACTIVE),
    }
    audit("dkim.revoked", subject=domain.reference, actor=actor, data=data)
    publish(
        "dkim.revoked",
        subject=domain.reference,
        data={"domain_id": str(domain.public_id), "name": domain.name, **data},
        actor=actor,
    )
    checks.plan_keys(domain.public_id, due_at=clock.now())
    checks.watch(domain.public_id)
    _wake(domain, actor)
    return domain


def _wake(domain: Domain, actor: Actor) -> None:
    publish(
        "domain.check_requested",
        subject=domain.reference,
        data={"domain_id": str(domain.public_id)},
        actor=actor,
    )
