"""Make organisations and API keys."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel import clock, ids
from kernel.actor import ROLE_ACTIONS, Actor, authorise
from kernel.crypto import Secret
from kernel.errors import InvalidInput, NotAllowed
from kernel.outbox import audit, publish
from tenants.organisations import selectors
from tenants.organisations.errors import UnknownScope
from tenants.organisations.models import ApiKey, Organisation
from tenants.plans.services import require

#: What a key may be allowed: everything a portal's owner does except making keys and members.
API_SCOPES = ROLE_ACTIONS["owner"] - {"api_keys.write", "members.write", "brand.write"}
_KEY_MARK = "lvk"


@transaction.atomic
def create_organisation(*, actor: Actor, name: str) -> Organisation:
    """A new client of the reseller; raises NotAllowed, InvalidInput, plans.LimitReached."""
    authorise(actor, "organisations.write")
    if actor.organisation is not None:
        raise NotAllowed("A key of one organisation cannot make another.")
    organisation = Organisation(name=_name(name))
    require("organisations")
    organisation.save(force_insert=True)
    audit("organisation.created", subject=organisation.reference, actor=actor)
    publish(
        "organisation.created",
        subject=organisation.reference,
        data={"organisation_id": str(organisation.public_id)},
        actor=actor,
    )
    return organisation


@transaction.atomic
def create_api_key(
    *,
    actor: Actor,
    name: str,
    scopes: Iterable[str] = API_SCOPES,
    organisation: UUID | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, Secret]:
    """A key and its secret, which is not kept: only here can it be shown.

    Raises NotAllowed, InvalidInput, UnknownScope, NotFound (organisation).
    """
    authorise(actor, "api_keys.write")
    wanted = frozenset(scopes)
    if wanted - API_SCOPES or not wanted:
        raise UnknownScope(field="scopes", unknown=sorted(wanted - API_SCOPES))
    prefix = secrets.token_hex(5)
    secret = Secret(f"{_KEY_MARK}_{prefix}_{secrets.token_urlsafe(32)}")
    key = ApiKey(
        public_id=ids.uuid7(),
        name=_name(name),
        prefix=prefix,
        secret_hash=hash_of(secret),
        scopes=sorted(wanted),
        organisation=selectors.get_organisation(organisation) if organisation else None,
        expires_at=expires_at,
    )
    key.save(force_insert=True)
    audit("api_key.created", subject=key.reference, actor=actor, data={"scopes": sorted(wanted)})
    return key, secret


@transaction.atomic
def revoke_api_key(*, actor: Actor, key_id: UUID) -> ApiKey:
    """End a key for good; raises NotAllowed, NotFound."""
    authorise(actor, "api_keys.write")
    key = selectors.get_api_key(key_id)
    if key.revoked_at is None:
        key.revoked_at = clock.now()
        key.save(update_fields=["revoked_at"])
        audit("api_key.revoked", subject=key.reference, actor=actor)
    return key


def hash_of(secret: str) -> str:
    """What is kept of a key: it has 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def prefix_of(secret: str) -> str | None:
    """The part of a key by which it is found, or None for a text that is no key of ours."""
    mark, _, rest = secret.partition("_")
    prefix, _, tail = rest.partition("_")
    return prefix if mark == _KEY_MARK and len(prefix) == 10 and tail else None


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > 100:
        raise InvalidInput("A name has 1 to 100 characters.", field="name")
    return name
