"""Who calls the API: a key in `Authorization: Bearer …` (RFC 6750), looked up anew for each request."""

import hmac
import logging
from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from django.db.models import Q
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from kernel import clock
from kernel.actor import Actor
from kernel.client_address import client_address
from tenants.bearer.errors import WrongAddress
from tenants.bearer.key_secrets import hash_of, prefix_of
from tenants.bearer.models import KeyRow
from tenants.bearer.networks import holds

log = logging.getLogger(__name__)

#: The last use is kept to the minute: a busy key costs one write a minute.
_USE_STEP = timedelta(minutes=1)
_NOBODY = hash_of("nobody")
_Key = TypeVar("_Key", bound=KeyRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHolder(Generic[_Key]):
    """What Django REST framework calls the user: the program that holds the key."""

    key: _Key
    is_authenticated: bool = True


class KeyAuthentication(BaseAuthentication, Generic[_Key]):
    """Sets `request.user` to a KeyHolder and `request.auth` to the kernel.actor.Actor."""

    kind: type[_Key]

    @abstractmethod
    def is_at_home(self) -> bool:
        """Whether keys of this kind are good at the host that was asked."""

    @abstractmethod
    def find(self, prefix: str) -> _Key | None:
        """The key with this prefix."""

    @abstractmethod
    def is_good(self, key: _Key, *, at: datetime) -> bool:
        """Whether it was not revoked and has not ended."""

    @abstractmethod
    def actor_of(self, key: _Key, *, is_newest: bool) -> Actor:
        """Whom services see; `is_newest`: not by a secret that was replaced."""

    def authenticate(self, request: Request) -> tuple[KeyHolder[_Key], Actor] | None:
        """The caller, None without a bearer token or elsewhere; raises AuthenticationFailed."""
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer" or not token or not self.is_at_home():
            return None
        secret = token.strip().decode("latin-1")
        key = self._known(secret)
        if key is None:
            raise AuthenticationFailed("This key is not known here, has expired or was revoked.")
        address = client_address(request)
        if not holds(key.networks, address):
            log.warning("key %s refused from %s", key.reference, address)
            raise WrongAddress
        self._note_use(key, address)
        is_newest = hmac.compare_digest(key.secret_hash, hash_of(secret))
        return KeyHolder(key=key), self.actor_of(key, is_newest=is_newest)

    def authenticate_header(self, _: Request) -> str:
        """The challenge of a 401."""
        return 'Bearer realm="api"'

    def _known(self, secret: str) -> _Key | None:
        """The key that is good now; the time it takes does not tell how much was right."""
        prefix = prefix_of(secret, mark=self.kind.MARK)
        if prefix is None:
            return None
        key, given, now = self.find(prefix), hash_of(secret), clock.now()
        same = hmac.compare_digest(key.secret_hash if key else _NOBODY, given)
        before = hmac.compare_digest(key.previous_hash if key else _NOBODY, given)
        if key is None or not (same or (before and _is_ahead(key.previous_until, now))):
            return None
        return key if self.is_good(key, at=now) else None

    def _note_use(self, key: _Key, address: str | None) -> None:
        now = clock.now()
        if key.last_used_at is None or key.last_used_at < now - _USE_STEP:
            stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _USE_STEP)
            rows = self.kind._default_manager.filter(stale, pk=key.pk)
            rows.update(last_used_at=now, last_used_from=address)


def _is_ahead(end: datetime | None, now: datetime) -> bool:
    return end is not None and end > now
