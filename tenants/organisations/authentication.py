"""Who calls the API: a key in `Authorization: Bearer lvk_…` (RFC 6750)."""

import hmac
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from kernel import clock
from kernel.actor import Actor, ActorKind
from kernel.client_address import client_address
from kernel.tenancy import PUBLIC, current_reseller_id, current_schema
from tenants.organisations import selectors
from tenants.organisations.errors import WrongAddress
from tenants.organisations.key_secrets import hash_of, prefix_of
from tenants.organisations.models import ApiKey
from tenants.organisations.networks import holds

log = logging.getLogger(__name__)

#: The last use is kept to the minute: a busy key costs one write a minute.
_USE_STEP = timedelta(minutes=1)
_NOBODY = hash_of("nobody")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHolder:
    """What Django REST framework calls the user: the program that holds the key."""

    key: ApiKey
    is_authenticated: bool = True


class ApiKeyAuthentication(BaseAuthentication):
    """Sets `request.user` to a KeyHolder and `request.auth` to the kernel.actor.Actor."""

    def authenticate(self, request: Request) -> tuple[KeyHolder, Actor] | None:
        """The caller, None without a bearer token; raises AuthenticationFailed."""
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer" or not token:
            return None
        secret = token.strip().decode("latin-1")
        key = _find(secret)
        if key is None:
            raise AuthenticationFailed("This key is not known here, has expired or was revoked.")
        address = client_address(request)
        if not holds(key.networks, address):
            log.warning("key %s refused from %s", key.reference, address)
            raise WrongAddress
        _note_use(key, address)
        actor = Actor(
            kind=ActorKind.API_KEY,
            id=key.reference,
            reseller=current_reseller_id(),
            scopes=frozenset(key.scopes),
            organisation=key.organisation.public_id if key.organisation else None,
            domain=key.domain_id,
            maker=key.made_by.reference if key.made_by else None,
            by_old_secret=not _is_newest(secret, key),
        )
        return KeyHolder(key=key), actor

    def authenticate_header(self, _: Request) -> str:
        """The challenge of a 401."""
        return 'Bearer realm="api"'


def _find(secret: str) -> ApiKey | None:
    """The key that is good now; the time it takes does not tell how much was right."""
    prefix = prefix_of(secret)
    if prefix is None or current_schema() == PUBLIC:
        return None
    key = selectors.find_api_key(prefix)
    given, now = hash_of(secret), clock.now()
    same = hmac.compare_digest(key.secret_hash if key else _NOBODY, given)
    before = hmac.compare_digest(key.previous_hash if key else _NOBODY, given)
    if key is None or not (same or (before and _is_ahead(key.previous_until, now))):
        return None
    # Looked up anew for each request: a key that was revoked is dead with the next one.
    return key if selectors.is_good(key, at=now) else None


def _is_newest(secret: str, key: ApiKey) -> bool:
    return hmac.compare_digest(key.secret_hash, hash_of(secret))


def _is_ahead(end: datetime | None, now: datetime) -> bool:
    return end is not None and end > now


def _note_use(key: ApiKey, address: str | None) -> None:
    now = clock.now()
    if key.last_used_at is None or key.last_used_at < now - _USE_STEP:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _USE_STEP)
        rows = ApiKey.objects.filter(stale, pk=key.pk)
        rows.update(last_used_at=now, last_used_from=address)
