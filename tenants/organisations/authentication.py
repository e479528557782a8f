"""Keys of a reseller: good at its own hosts."""

from datetime import datetime

from kernel.actor import Actor, ActorKind
from kernel.tenancy import PUBLIC, current_reseller_id, current_schema
from tenants.bearer.authentication import KeyAuthentication
from tenants.organisations import selectors
from tenants.organisations.models import ApiKey


class ApiKeyAuthentication(KeyAuthentication[ApiKey]):
    """`Bearer lvk_…`, looked up in the schema of the host that was asked."""

    kind = ApiKey

    def is_at_home(self) -> bool:
        """Everywhere but at the operator's host."""
        return current_schema() != PUBLIC

    def find(self, prefix: str) -> ApiKey | None:
        """The key with this prefix."""
        return selectors.find_api_key(prefix)

    def is_good(self, key: ApiKey, *, at: datetime) -> bool:
        """Whether neither it nor its maker was revoked, and it has not ended."""
        return selectors.is_good(key, at=at)

    def actor_of(self, key: ApiKey, *, is_newest: bool) -> Actor:
        """The key with what it is bound to."""
        return Actor(
            kind=ActorKind.API_KEY,
            id=key.reference,
            reseller=current_reseller_id(),
            scopes=frozenset(key.scopes),
            organisation=key.organisation.public_id if key.organisation else None,
            domain=key.domain_id,
            maker=key.made_by.reference if key.made_by else None,
            by_old_secret=not is_newest,
        )
