"""Read the directory as the control plane may: never the sealed keys."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection
from django.db.models import Q

from mailcore.directory.models import Hold, MailboxLogin, Route, SigningKey
from mailcore.directory.states import HoldScope, KeyState


def find_route(domain: str) -> Route | None:
    """The reseller's own claim on a domain; for who sees all, the one that is held."""
    return Route.objects.filter(domain=domain).order_by("-is_held", "id").first()


def holder_of(domain: str) -> UUID | None:
    """The reseller of a verified domain, whoever asks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sec.holder_of(%s)", [domain])
        row = cursor.fetchone()
    return row[0] if row else None


def list_routes(domains: Collection[str]) -> dict[str, Route]:
    """Domain → the reseller's own claim on it, of those that it has."""
    found = Route.objects.filter(domain__in=domains).order_by("is_held")
    return {route.domain: route for route in found}


def list_signing_keys(domain: str) -> list[SigningKey]:
    """The domain's keys that are published, without their private halves."""
    found = SigningKey.objects.defer("sealed_key").filter(domain=domain)
    return list(found.exclude(state=KeyState.RETIRED).order_by("selector"))


def is_login_held(public_id: UUID, scope: HoldScope) -> bool:
    """Whether a hold on a mailbox, its domain or its reseller covers this."""
    return MailboxLogin.objects.filter(public_id=public_id, on_hold__contains=[scope]).exists()


def is_domain_held(domain: str, scope: HoldScope) -> bool:
    """Whether a hold on a domain, a mailbox of it or its reseller covers this."""
    held = {"domain": domain, "on_hold__contains": [scope]}
    return Route.objects.filter(**held).exists() or MailboxLogin.objects.filter(**held).exists()


def has_holds(domain_id: UUID, domain: str) -> bool:
    """Whether any hold stands on a domain itself or on a mailbox of it."""
    logins = MailboxLogin.objects.filter(domain=domain).values("public_id")
    on = Q(object_id=domain_id) | Q(object_id__in=logins)
    return Hold.objects.filter(on, lifted_at=None).exists()
