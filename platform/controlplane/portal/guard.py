"""Who may open a page, and who the services see as its caller."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse

from kernel.actor import OF_RESELLER, Actor, ActorKind, authorise
from kernel.errors import NotAllowed, NotFound
from tenants.accounts.models import Member
from tenants.accounts.selectors import actor_of

Params = ParamSpec("Params")
View = Callable[Concatenate[HttpRequest, Params], HttpResponse]


def page(action: str = "", *, of_reseller: bool = False) -> Callable[[View[Params]], View[Params]]:
    """A page for logged-in members who may do `action`; everybody when it is empty.

    What is the whole reseller's, by its right or as `of_reseller` says, is no page at all for who
    belongs to one organisation.
    """
    is_whole = of_reseller or action in OF_RESELLER

    def decorate(view: View[Params]) -> View[Params]:
        @wraps(view)
        def guarded(
            request: HttpRequest, /, *args: Params.args, **kwargs: Params.kwargs
        ) -> HttpResponse:
            try:
                if action:
                    _require(actor(request), action, is_whole=is_whole)
                return view(request, *args, **kwargs)
            except NotFound as error:
                raise Http404 from error
            except NotAllowed as error:
                raise PermissionDenied(error.message) from error

        return cast("View[Params]", login_required(guarded))

    return decorate


def _require(caller: Actor, action: str, *, is_whole: bool) -> None:
    if is_whole and caller.organisation is not None:
        raise NotFound
    authorise(caller, action)


def actor(request: HttpRequest) -> Actor:
    """The member behind a request; only for views behind `page`."""
    return actor_of(cast("Member", request.user), reseller_id=reseller_id(request))


def reseller_id(request: HttpRequest) -> UUID:
    """Whose host this is."""
    found: UUID = request.tenant.public_id  # type: ignore[attr-defined]
    return found


def whole_reseller(request: HttpRequest) -> tuple[UUID, ...]:
    """Whose host this is, for who sees what is the whole reseller's; nothing for others."""
    return (reseller_id(request),) if actor(request).organisation is None else ()


def operator_page(view: View[Params]) -> View[Params]:
    """A page for the operator's staff only."""

    def guarded(
        request: HttpRequest, /, *args: Params.args, **kwargs: Params.kwargs
    ) -> HttpResponse:
        if actor(request).kind is not ActorKind.OPERATOR:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return page()(guarded)


def status_of(form: Form) -> int:
    """422 for a form that comes back with errors, so that programs see it too."""
    return 422 if form.is_bound and form.errors else 200
