"""What holds are on."""

from dataclasses import dataclass
from uuid import UUID

from kernel import ids
from kernel.actor import Actor, ActorKind
from mailcore.directory.models import MailboxLogin, Route
from mailcore.directory.states import HoldOn, RouteKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """What a hold is on."""

    kind: HoldOn
    id: UUID
    name: str


def get_object(kind: HoldOn, object_id: UUID, *, actor: Actor) -> Object:
    """A domain or a mailbox of the current reseller that the actor sees; raises NotFound."""
    found = _domain(object_id) if kind is HoldOn.DOMAIN else _mailbox(object_id)
    if found is None:
        raise ids.missing("dom" if kind is HoldOn.DOMAIN else "mbx")
    route, name = found
    is_own = actor.kind is ActorKind.OPERATOR or (
        actor.organisation in {None, route.organisation_id}
        and actor.domain in {None, route.public_id}
    )
    if not is_own:
        raise ids.missing("dom" if kind is HoldOn.DOMAIN else "mbx")
    return Object(kind=kind, id=object_id, name=name)


def _domain(object_id: UUID) -> tuple[Route, str] | None:
    route = Route.objects.filter(public_id=object_id, kind=RouteKind.HOSTED).first()
    return None if route is None else (route, route.domain)


def _mailbox(object_id: UUID) -> tuple[Route, str] | None:
    login = MailboxLogin.objects.filter(public_id=object_id).first()
    route = None if login is None else Route.objects.filter(domain=login.domain).first()
    return None if login is None or route is None else (route, login.address)
