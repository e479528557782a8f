"""Take the steps that are due: after every look at DNS, and when a time has come."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from kernel import clock
from kernel.actor import SYSTEM, Actor
from kernel.errors import NotFound
from kernel.outbox import audit, publish
from mailcore.checks import services as checks
from mailcore.directory.states import KeyState
from mailcore.domains import key_life, selectors
from mailcore.domains.key_life import Key, Turn, Why
from mailcore.domains.models import DkimKey, Domain
from mailcore.domains.services.dkim_keys import shelf
from mailcore.domains.services.dkim_keys.delays import periods
from mailcore.domains.services.publishing import republish
from mailcore.domains.states import DomainState

#: A rotation that waits for somebody to change DNS is thought of again so often.
_AGAIN = timedelta(days=1)


def lock_domain(domain: Domain) -> Domain:
    """The domain as it is now, for this transaction alone; raises NotFound when it is gone."""
    # As a check takes it: the two wait for each other, and nobody else waits for them.
    held = Domain.objects.select_for_update(no_key=True).filter(pk=domain.pk).first()
    if held is None:
        raise NotFound
    return held


def turn_keys(*, domain_id: UUID) -> None:
    """Take the steps whose time has come, and make the keys that are lacking; raises NotFound.

    Another slot never begins to sign by what was seen a day ago: a rotation asks for a look. Any
    number of workers may do so at once: the second finds nothing left to do.
    """
    domain = selectors.get_domain(domain_id)
    # Guessed without the lock, since making takes long; looked at again under it.
    guess = _decide(domain, [*map(shelf.as_key, rows_of(domain))], may_sign=False)
    pairs = shelf.make_pairs(guess.needed)
    with transaction.atomic():
        domain = lock_domain(domain)
        turn = take_turn(domain, rows_of(domain), may_sign=False)
        ready = {selector: pairs[selector] for selector in turn.needed if selector in pairs}
        shelf.add_keys(domain, ready, is_reuse=True)
        if ready:
            republish(domain_id=domain_id)
        if turn.is_waiting:
            checks.look_soon(domain_id)
        plan_next(domain, turn, lacks=len(ready) < len(turn.needed))


def take_turn(
    domain: Domain,
    rows: Sequence[DkimKey],
    *,
    keys: Sequence[Key] = (),
    seen: Collection[UUID] = (),
    may_sign: bool = True,
    actor: Actor = SYSTEM,
) -> Turn:
    """Move the locked domain's keys on and tell of it; `keys` stand for the rows where given.

    `seen`: the keys that DNS showed in the look that this follows.
    """
    turn = _decide(domain, keys or [*map(shelf.as_key, rows)], seen=seen, may_sign=may_sign)
    retired = [row.selector for row in rows if row.state == KeyState.ACTIVE]
    if shelf.store(rows, turn.keys):
        republish(domain_id=domain.public_id)
    if turn.switched:
        domain.rotation_asked_at = None
        domain.save(update_fields=["rotation_asked_at"])
        _tell(domain, turn, retired=retired, actor=actor)
    return turn


def plan_next(domain: Domain, turn: Turn, *, lacks: bool) -> None:
    """When to come back: at once for keys that are lacking, daily while a rotation waits."""
    now, due_at = clock.now(), turn.due_at
    if turn.is_waiting:
        again = now + _AGAIN * settings.DELAY_SCALE
        due_at = min(again, due_at or again)
    checks.plan_keys(domain.public_id, due_at=now if lacks else due_at)


def rows_of(domain: Domain) -> list[DkimKey]:
    """The domain's keys, in the order of their selectors."""
    return sorted(domain.dkim_keys.all(), key=lambda key: key.selector)


def _decide(
    domain: Domain, keys: Sequence[Key], *, seen: Collection[UUID] = (), may_sign: bool
) -> Turn:
    return key_life.advance(
        keys,
        now=clock.now(),
        periods=periods(),
        seen=seen,
        is_asked=domain.rotation_asked_at is not None,
        may_sign=may_sign and domain.state == DomainState.VERIFIED,
    )


def _tell(domain: Domain, turn: Turn, *, retired: Sequence[str], actor: Actor) -> None:
    signing = sorted(key.selector for key in turn.keys if key.state == KeyState.ACTIVE)
    data: dict[str, object] = {"selectors": signing, "before": [*retired], "reason": turn.switched}
    audit("dkim.rotated", subject=domain.reference, actor=actor, data=data)
    if turn.switched is Why.BEGUN:
        return  # nothing was rotated: the domain signs for the first time
    publish(
        "dkim.rotated",
        subject=domain.reference,
        data={"domain_id": str(domain.public_id), "name": domain.name, **data},
        actor=actor,
    )
