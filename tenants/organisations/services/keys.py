"""API keys: made within the bounds of who makes them, rotated, revoked."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from kernel import ids
from kernel.actor import HAND_OVER, OWNERS, ROLE_ACTIONS, Actor, ActorKind, authorise, may
from kernel.crypto import Secret
from kernel.outbox import audit
from tenants.bearer import making
from tenants.bearer.errors import UnknownScope
from tenants.bearer.making import OVERLAP
from tenants.bearer.networks import is_within
from tenants.organisations import selectors
from tenants.organisations.errors import BeyondMaker, OldSecret, TooManyKeys
from tenants.organisations.models import ApiKey, Organisation
from tenants.organisations.services.naming import line

WRITE = "api_keys.write"
_OF_PEOPLE = {OWNERS, "brand.write"}
_OF_KEYS = {"api_keys.read", WRITE}
MEMBER_SCOPES = frozenset({"members.read", "members.write"})
#: What a key may be allowed, and what it is without a choice: all but making keys, seeing and
#: inviting people, and giving domains away.
ALL_SCOPES = ROLE_ACTIONS["owner"] - _OF_PEOPLE
API_SCOPES = ALL_SCOPES - _OF_KEYS - MEMBER_SCOPES - {HAND_OVER}
#: So many good keys that one key made, or that an organisation has whose people make one: a customer's programs, and no more than one can look through.
MOST_MADE = 50


@transaction.atomic
def create_api_key(
    *,
    actor: Actor,
    name: str,
    scopes: Iterable[str] | None = None,
    organisation: UUID | None = None,
    domain: UUID | None = None,
    networks: Iterable[str] = (),
    expires_at: datetime | None = None,
) -> tuple[ApiKey, Secret]:
    """A key and its secret, which is not kept: only here can it be shown.

    `domain` is one of `organisation`: whoever names it has looked it up. What is not given is the
    maker's own. Raises NotAllowed, InvalidInput, UnknownScope, InvalidNetwork,
    BeyondMaker, OldSecret, TooManyKeys, NotFound (organisation).
    """
    _authorise(actor)
    wanted = _scopes(scopes, actor)
    key, secret = making.fresh(
        ApiKey, name=line(name), scopes=wanted, networks=networks, expires_at=expires_at
    )
    organisation = organisation or actor.organisation
    if organisation is not None:
        # A key that names another one than its own is told so below.
        seen = actor.organisation if actor.kind is ActorKind.MEMBER else None
        key.organisation = selectors.get_organisation(organisation, organisation=seen)
    key.domain_id = domain
    if actor.kind is ActorKind.API_KEY:
        _keep_within(key, actor)
    elif actor.organisation is not None:
        _keep_few(key, actor.organisation)
    key.save(force_insert=True)
    audit("api_key.created", subject=key.reference, actor=actor, data={"scopes": sorted(wanted)})
    return key, secret


@transaction.atomic
def rotate_api_key(
    *, actor: Actor, key_id: UUID, overlap: timedelta = OVERLAP
) -> tuple[ApiKey, Secret]:
    """A new secret for the same key; the old one is good for `overlap` more.

    A key rotates itself or one that it made. Raises NotAllowed, OldSecret, NotFound, KeyRevoked,
    InvalidInput.
    """
    _authorise(actor)
    making.require_overlap(overlap)
    key = _locked(key_id, actor)
    secret = making.renew(key, overlap=overlap)
    audit("api_key.rotated", subject=key.reference, actor=actor)
    return key, secret


@transaction.atomic
def revoke_api_key(*, actor: Actor, key_id: UUID) -> ApiKey:
    """End a key, and the keys that it made, for good; raises NotAllowed, OldSecret, NotFound."""
    _authorise(actor)
    key = _locked(key_id, actor)
    if making.end(key):
        audit("api_key.revoked", subject=key.reference, actor=actor)
    return key


def _authorise(actor: Actor) -> None:
    authorise(actor, WRITE)
    # A replaced secret may be in wrong hands: with it, nobody shuts out who has the new one.
    if actor.by_old_secret:
        raise OldSecret


def _locked(key_id: UUID, actor: Actor) -> ApiKey:
    found = selectors.get_api_key(key_id, of=actor)
    return ApiKey.objects.select_for_update().get(pk=found.pk)


def _scopes(scopes: Iterable[str] | None, actor: Actor) -> frozenset[str]:
    if scopes is None:
        return frozenset(scope for scope in API_SCOPES if may(actor, scope))
    wanted = frozenset(scopes)
    if wanted - ALL_SCOPES or not wanted:
        raise UnknownScope(field="scopes", unknown=sorted(wanted - ALL_SCOPES))
    if not all(may(actor, scope) for scope in wanted):
        raise BeyondMaker(field="scopes")
    return wanted


def _keep_few(key: ApiKey, organisation: UUID) -> None:
    """Bound what people of one organisation make; raises TooManyKeys."""
    # Locked, as below.
    own = Organisation.objects.select_for_update(no_key=True).get(public_id=organisation)
    if selectors.count_of(own, at=key.created_at) >= MOST_MADE:
        raise TooManyKeys(most=MOST_MADE)


def _keep_within(key: ApiKey, actor: Actor) -> None:
    """Bound the new key by the one that makes it; raises BeyondMaker, TooManyKeys."""
    # Locked: of two that are made at once, the second one counts the first.
    maker = _locked(ids.from_public("key", actor.id), actor)
    if selectors.count_made(maker, at=key.created_at) >= MOST_MADE:
        raise TooManyKeys(most=MOST_MADE)
    key.made_by = maker
    if set(key.scopes) & _OF_KEYS:
        raise BeyondMaker("A key that a key made makes no keys.", field="scopes")
    if maker.expires_at is not None:
        key.expires_at = key.expires_at or maker.expires_at
        if key.expires_at > maker.expires_at:
            raise BeyondMaker(field="expires_at")
    key.networks = key.networks or maker.networks
    if maker.networks and not is_within(key.networks, maker.networks):
        raise BeyondMaker(field="networks")
    key.organisation = key.organisation or maker.organisation
    if maker.organisation is not None and key.organisation != maker.organisation:
        raise BeyondMaker(field="organisation")
    key.domain_id = key.domain_id or maker.domain_id
    if maker.domain_id is not None and key.domain_id != maker.domain_id:
        raise BeyondMaker(field="domain")
