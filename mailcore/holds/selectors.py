"""Read holds: a reseller its own, the operator all of them."""

from uuid import UUID

from django.db.models import Q, QuerySet

from kernel import ids
from kernel.actor import Actor
from mailcore.directory.models import Hold, MailboxLogin, Route
from mailcore.directory.states import RouteKind


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
        raise ids.missing("hld")
    return found


def list_on(*objects: UUID) -> list[Hold]:
    """What stands on these, oldest first: on a mailbox, its domain and its reseller for example."""
    return list(Hold.objects.filter(lifted_at=None, object_id__in=objects).order_by("public_id"))
