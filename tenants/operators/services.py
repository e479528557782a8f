"""The operator's keys: made by people of the operator, rotated, revoked."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from kernel.actor import ROLE_ACTIONS, Actor, authorise
from kernel.crypto import Secret
from kernel.outbox import audit
from kernel.tenancy import OPERATOR_RESELLER
from tenants.bearer import making
from tenants.bearer.errors import UnknownScope
from tenants.bearer.making import OVERLAP
from tenants.operators import selectors
from tenants.operators.models import OperatorKey
from tenants.organisations.services.naming import line

RIGHT = "operator_keys.write"
#: No key makes keys: who is at the console or the shell does.
SCOPES = ROLE_ACTIONS["operator"] - {RIGHT}


@transaction.atomic
def create_key(
    *,
    actor: Actor,
    name: str,
    scopes: Iterable[str],
    networks: Iterable[str] = (),
    expires_at: datetime | None = None,
) -> tuple[OperatorKey, Secret]:
    """A key and its secret, which is not kept: only here can it be shown.

    Raises NotAllowed, InvalidInput, UnknownScope, InvalidNetwork.
    """
    authorise(actor, RIGHT)
    wanted = frozenset(scopes)
    if wanted - SCOPES or not wanted:
        raise UnknownScope(field="scopes", unknown=sorted(wanted - SCOPES))
    key, secret = making.fresh(
        OperatorKey, name=line(name), scopes=wanted, networks=networks, expires_at=expires_at
    )
    key.save(force_insert=True)
    _audit("operator_key.created", key, actor, scopes=sorted(wanted))
    return key, secret


@transaction.atomic
def rotate_key(
    *, actor: Actor, key_id: UUID, overlap: timedelta = OVERLAP
) -> tuple[OperatorKey, Secret]:
    """A new secret for the same key; the old one is good for `overlap` more.

    Raises NotAllowed, NotFound, KeyRevoked, InvalidInput.
    """
    authorise(actor, RIGHT)
    making.require_overlap(overlap)
    key = _locked(key_id)
    secret = making.renew(key, overlap=overlap)
    _audit("operator_key.rotated", key, actor)
    return key, secret


@transaction.atomic
def revoke_key(*, actor: Actor, key_id: UUID) -> OperatorKey:
    """End a key for good; raises NotAllowed, NotFound."""
    authorise(actor, RIGHT)
    key = _locked(key_id)
    if making.end(key):
        _audit("operator_key.revoked", key, actor)
    return key


def _locked(key_id: UUID) -> OperatorKey:
    found = selectors.get_key(key_id)
    return OperatorKey.objects.select_for_update().get(pk=found.pk)


def _audit(action: str, key: OperatorKey, actor: Actor, **data: object) -> None:
    audit(action, subject=key.reference, actor=actor, data=data, reseller_id=OPERATOR_RESELLER)
