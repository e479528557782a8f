"""Read the operator's keys."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from kernel.errors import NotFound
from tenants.operators.models import OperatorKey


def list_keys() -> QuerySet[OperatorKey]:
    """Every key, revoked ones too, oldest first."""
    return OperatorKey.objects.order_by("public_id")


def get_key(key_id: UUID) -> OperatorKey:
    """One by its public id; raises NotFound."""
    key = list_keys().filter(public_id=key_id).first()
    if key is None:
        raise NotFound
    return key


def find_key(prefix: str) -> OperatorKey | None:
    """A key by its public prefix; the caller compares the hash and looks at the dates."""
    return OperatorKey.objects.filter(prefix=prefix).first()


def is_good(key: OperatorKey, *, at: datetime) -> bool:
    """Whether it was not revoked and has not ended."""
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > at)
