"""Who calls the API: a key in `Authorization: Bearer lvk_…` (RFC 6750)."""

import hmac
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from kernel import clock
from kernel.actor import Actor, ActorKind
from kernel.tenancy import PUBLIC, current_reseller_id, current_schema
from tenants.organisations import selectors
from tenants.organisations.models import ApiKey
from tenants.organisations.services import hash_of, prefix_of

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
        key = _find(token.strip().decode("latin-1"))
        if key is None:
            raise AuthenticationFailed("This key is not known here, has expired or was revoked.")
        _note_use(key)
        actor = Actor(
            kind=ActorKind.API_KEY,
            id=key.reference,
            reseller=current_reseller_id(),
            scopes=frozenset(key.scopes),
            organisation=key.organisation.public_id if key.organisation else None,
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
    key = selectors.find_api_key(prefix) if prefix.isalnum() and prefix.isascii() else None
    same = hmac.compare_digest(key.secret_hash if key else _NOBODY, hash_of(secret))
    if key is None or not same or key.revoked_at is not None:
        return None
    if key.expires_at is not None and key.expires_at <= clock.now():
        return None
    return key


def _note_use(key: ApiKey) -> None:
    now = clock.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _USE_STEP)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
