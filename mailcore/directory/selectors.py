"""Read the directory as the control plane may: never the sealed keys."""

from collections.abc import Collection

from mailcore.directory.models import Route, SigningKey
from mailcore.directory.states import KeyState


def find_route(domain: str) -> Route | None:
    """The reseller's own claim on a domain."""
    return Route.objects.filter(domain=domain).first()


def list_routes(domains: Collection[str]) -> dict[str, Route]:
    """Domain → the reseller's own claim on it, of those that it has."""
    return {route.domain: route for route in Route.objects.filter(domain__in=domains)}


def list_signing_keys(domain: str) -> list[SigningKey]:
    """The domain's keys that are published, without their private halves."""
    found = SigningKey.objects.defer("sealed_key").filter(domain=domain)
    return list(found.exclude(state=KeyState.RETIRED).order_by("selector"))
