"""A reseller's domains: list, add, read, look now."""

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.actor import authorise
from kernel.rest import listing
from kernel.rest.listing import Listing
from kernel.rest.openapi import Page, operation
from kernel.rest.paging import page
from kernel.rest.views import ApiView, CommandView, actor_of
from mailcore.domains import errors, selectors, services
from mailcore.domains.api.shapes import DomainChange, DomainShown, NewDomain, show
from mailcore.domains.models import DkimKey, Domain
from mailcore.domains.states import DomainState, Publishing
from tenants.plans.errors import LimitReached, NoPlan

LISTING = Listing(
    filters={
        "name": listing.text("name", says="this name, as an A-label"),
        "name_contains": listing.text("display_name__icontains", says="a part of the name"),
        "state": listing.choice("state", DomainState.values, says="where it stands"),
        "organisation": listing.reference("org", "organisation_id", says="whose it is"),
        "created_after": listing.instant("created_at__gt", says="made after this time"),
        "created_before": listing.instant("created_at__lt", says="made before this time"),
    },
    sorts={"name": "name"},
)


class Domains(CommandView):
    """List and add."""

    keeps_domain = True

    @operation(
        "domains.list",
        right="domains.read",
        answers={200: Page[DomainShown]},
        query=LISTING,
    )
    def get(self, request: Request) -> Response:
        """List the domains that the key sees."""
        actor = actor_of(request)
        authorise(actor, "domains.read")
        return page(request, selectors.list_seen(actor), show=show, listing=LISTING)

    @operation(
        "domains.create",
        right="domains.write",
        takes=NewDomain,
        answers={201: DomainShown},
        found_at="domains/{id}",
        problems=[
            errors.InvalidDomain,
            errors.PublicSuffix,
            errors.ReservedDomain,
            errors.DomainTaken,
            errors.DomainQuarantined,
            LimitReached,
            NoPlan,
        ],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Add a domain.

        The answer says how to prove its ownership.
        """
        body = NewDomain(data=request.data)
        body.is_valid(raise_exception=True)
        domain = services.add_domain(
            actor=actor_of(request),
            organisation_id=body.validated_data["organisation"],
            name=body.validated_data["name"],
        )
        return Response(show(domain), status=201)


class OneDomain(ApiView):
    """Read one, and give it up."""

    @operation("domains.get", right="domains.read", answers={200: DomainShown})
    def get(self, request: Request, domain_id: str) -> Response:
        """Read a domain."""
        return Response(show(find(request, domain_id)))

    @operation(
        "domains.update", right="domains.write", takes=DomainChange, answers={200: DomainShown}
    )
    def patch(self, request: Request, domain_id: str) -> Response:
        """Choose how a domain's records are published.

        With `cname` the owner points to names of ours once, and we change what stands there. The
        records to publish change as soon as those names are written, within seconds.
        """
        body = DomainChange(data=request.data)
        body.is_valid(raise_exception=True)
        domain = services.choose_publishing(
            actor=actor_of(request),
            domain_id=ids.from_public("dom", domain_id),
            publishing=Publishing(body.validated_data["publishing"]),
        )
        return Response(show(domain))

    @operation(
        "domains.delete",
        right="domains.write",
        answers={204: None},
        problems=[errors.DomainInUse, errors.SuspendedByOperator, errors.DeletingHeld],
    )
    def delete(self, request: Request, domain_id: str) -> Response:
        """Give a domain up.

        All addresses on it have to be deleted before. Its keys are destroyed, and for a while
        nobody but the same reseller can add it again.
        """
        services.release_domain(
            actor=actor_of(request), domain_id=ids.from_public("dom", domain_id)
        )
        return Response(status=204)


class Check(CommandView):
    """Look now."""

    @operation(
        "domains.check",
        right="domains.write",
        answers={202: DomainShown},
        found_at="domains/{id}/records",
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Look at a domain's records now.

        The verdicts follow in a few seconds.
        """
        domain_id = ids.from_public("dom", str(parts["domain_id"]))
        domain = services.request_check(actor=actor_of(request), domain_id=domain_id)
        return Response(show(domain), status=202)


def find(request: Request, domain_id: str) -> Domain:
    """The domain of this public id for who may read it; raises NotAllowed, NotFound."""
    actor = actor_of(request)
    authorise(actor, "domains.read")
    return selectors.get_seen(ids.from_public("dom", domain_id), actor=actor)


def find_with_keys(request: Request, domain_id: str) -> tuple[Domain, list[DkimKey]]:
    """The same with its keys."""
    actor = actor_of(request)
    authorise(actor, "domains.read")
    return selectors.get_seen_with_keys(ids.from_public("dom", domain_id), actor=actor)


urlpatterns = [
    path("domains", Domains.as_view(), name="api-domains"),
    path("domains/<str:domain_id>", OneDomain.as_view(), name="api-domain"),
    path("domains/<str:domain_id>/check", Check.as_view(), name="api-domain-check"),
]
