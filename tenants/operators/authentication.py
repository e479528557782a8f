"""Keys of the operator: good at the platform host."""

from datetime import datetime

from kernel.actor import Actor, ActorKind
from kernel.tenancy import OPERATOR_RESELLER, PUBLIC, current_schema
from tenants.bearer.authentication import KeyAuthentication
from tenants.operators import selectors
from tenants.operators.models import OperatorKey


class OperatorKeyAuthentication(KeyAuthentication[OperatorKey]):
    """`Bearer lvo_…`: a reseller's host knows none of them."""

    kind = OperatorKey

    def is_at_home(self) -> bool:
        """At the platform host alone."""
        return current_schema() == PUBLIC

    def find(self, prefix: str) -> OperatorKey | None:
        """The key with this prefix."""
        return selectors.find_key(prefix)

    def is_good(self, key: OperatorKey, *, at: datetime) -> bool:
        """Whether it was not revoked and has not ended."""
        return selectors.is_good(key, at=at)

    def actor_of(self, key: OperatorKey, *, is_newest: bool) -> Actor:
        """The operator, with the key's rights alone."""
        return Actor(
            kind=ActorKind.OPERATOR,
            id=key.reference,
            reseller=OPERATOR_RESELLER,
            scopes=frozenset(key.scopes),
            by_old_secret=not is_newest,
        )
