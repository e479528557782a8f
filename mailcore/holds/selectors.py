"""Read holds: a reseller its own, the operator all of them."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from kernel.actor import Actor, ActorKind
from kernel.errors import NotFound
from mailcore.directory.models import Hold, MailboxLogin, Route
from mailcore.directory.states import HoldOn, RouteKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """What a hold is on."""

    kind: HoldOn
    id: UUID
    name: str


def list_seen(actor: Actor) -> QuerySet[Hold]:
    """The holds that stand and that this actor sees, oldest first."""
    standing = Hold.objects.filter(lifted_at=None).order_by("public_id")
    if actor.organisation is None:
        return standing
    routes = Route.objects.filter(organisation_id=actor.organisation, kind=RouteKind.HOSTED)
    if actor.domain is not None:
        routes = routes.filter(public_id=actor.domain)
    logins = MailboxLogin.objects.filter(domain__in=routes.values("domain"))
    return standing.filter(
        Q(object_id__in=routes.values("public_id")) | Q(object_id__in=logins.values("public_id"))
    )


def get_seen(hold_id: UUID, *, actor: Actor) -> Hold:
    """One of them; raises NotFound."""
    found = list_seen(actor).filter(public_id=hold_id).first()
    if found is None:
        raise NotFound
    return found


def list_on(*objects: UUID) -> list[Hold]:
    """What stands on these, oldest first: on a mailbox, its domain and its reseller for example."""
    return list(Hold.objects.filter(lifted_at=None, object_id__in=objects).order_by("public_id"))


def get_object(kind: HoldOn, object_id: UUID, *, actor: Actor) -> Object:
    """A domain or a mailbox of the current reseller that the actor sees; raises NotFound."""
    found = _domain(object_id) if kind is HoldOn.DOMAIN else _mailbox(object_id)
    if found is None:
        raise NotFound
    route, name = found
    is_own = actor.kind is ActorKind.OPERATOR or (
        actor.organisation in {None, route.organisation_id}
        and actor.domain in {None, route.public_id}
    )
    if not is_own:
        raise NotFound
    return Object(kind=kind, id=object_id, name=name)


def _domain(object_id: UUID) -> tuple[Route, str] | None:
    route = Route.objects.filter(public_id=object_id, kind=RouteKind.HOSTED).first()
    return None if route is None else (route, route.domain)


def _mailbox(object_id: UUID) -> tuple[Route, str] | None:
    login = MailboxLogin.objects.filter(public_id=object_id).first()
    route = None if login is None else Route.objects.filter(domain=login.domain).first()
    return None if login is None or route is None else (route, login.address)
