"""`/api/v1/domains`."""

from dataclasses import asdict

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.actor import authorise
from kernel.rest import listing
from kernel.rest.listing import Listing
from kernel.rest.paging import page
from kernel.rest.serializers import Body, Reference
from kernel.rest.views import ApiView, CommandView, actor_of
from mailcore.domains import selectors, services
from mailcore.domains.models import Domain
from mailcore.domains.services.publishing import ALGORITHMS
from mailcore.domains.states import DomainState


class NewDomain(Body):
    """A domain name, in any spelling, and the organisation that it is for."""

    name = serializers.CharField(max_length=1000)
    organisation = Reference("org")


class DnsUpdate(Body):
    """Where and with which TSIG key the domain's zone may be written."""

    server = serializers.CharField(max_length=253)
    port = serializers.IntegerField(min_value=1, max_value=65_535, default=53)
    key_name = serializers.CharField(max_length=253)
    algorithm = serializers.ChoiceField(ALGORITHMS, default=ALGORITHMS[0])
    secret = serializers.CharField(max_length=1000)


def show(domain: Domain) -> dict[str, object]:
    """A domain as JSON."""
    proof = selectors.ownership_of(domain)
    return {
        "id": domain.reference,
        "name": domain.name,
        "display_name": domain.display_name,
        "organisation": ids.to_public("org", domain.organisation_id),
        "state": domain.state,
        "ownership": {"name": proof.name, "type": proof.type, "value": proof.value},
        "created_at": domain.created_at,
        "verified_at": domain.verified_at,
    }


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

    def get(self, request: Request) -> Response:
        """The domains that the key sees."""
        actor = actor_of(request)
        authorise(actor, "domains.read")
        return page(request, selectors.list_seen(actor), show=show, listing=LISTING)

    def perform(self, request: Request, **_: object) -> Response:
        """201 with the domain and how to prove its ownership."""
        body = NewDomain(data=request.data)
        body.is_valid(raise_exception=True)
        domain = services.add_domain(
            actor=actor_of(request),
            organisation_id=body.validated_data["organisation"],
            name=body.validated_data["name"],
        )
        return Response(show(domain), status=201)


class OneDomain(ApiView):
    """Read one."""

    def get(self, request: Request, domain_id: str) -> Response:
        """200, or 404 for what the key does not see."""
        return Response(show(_find(request, domain_id)))


class Records(ApiView):
    """The records to publish, with their verdicts."""

    def get(self, request: Request, domain_id: str) -> Response:
        """`{"data": […], "dns_update": how the last update ended, or null}`."""
        domain = _find(request, domain_id)
        update = selectors.find_dns_update(domain)
        rows = [asdict(row) for row in selectors.list_records(domain)]
        return Response({"data": rows, "dns_update": asdict(update) if update else None})


class Check(CommandView):
    """Look now."""

    def perform(self, request: Request, **parts: object) -> Response:
        """202: the verdicts follow in a few seconds."""
        domain_id = ids.from_public("dom", str(parts["domain_id"]))
        domain = services.request_check(actor=actor_of(request), domain_id=domain_id)
        return Response(show(domain), status=202)


class Update(CommandView):
    """Write the records into the zone by RFC 2136."""

    def perform(self, request: Request, **parts: object) -> Response:
        """202: the records are written and then checked."""
        domain_id = ids.from_public("dom", str(parts["domain_id"]))
        body = DnsUpdate(data=request.data)
        body.is_valid(raise_exception=True)
        domain = services.request_dns_update(
            actor=actor_of(request), domain_id=domain_id, **body.validated_data
        )
        return Response(show(domain), status=202)


def _find(request: Request, domain_id: str) -> Domain:
    actor = actor_of(request)
    authorise(actor, "domains.read")
    return selectors.get_seen(ids.from_public("dom", domain_id), actor=actor)


urlpatterns = [
    path("domains", Domains.as_view(), name="api-domains"),
    path("domains/<str:domain_id>", OneDomain.as_view(), name="api-domain"),
    path("domains/<str:domain_id>/records", Records.as_view(), name="api-domain-records"),
    path("domains/<str:domain_id>/check", Check.as_view(), name="api-domain-check"),
    path("domains/<str:domain_id>/dns-update", Update.as_view(), name="api-domain-dns-update"),
]
