"""`/api/v1/dns-credentials`: ways to write zones, without their secrets."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypedDict

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.actor import authorise
from kernel.rest import listing
from kernel.rest.listing import Listing
from kernel.rest.openapi import Id, OneOf, Page, operation, shape
from kernel.rest.paging import page
from kernel.rest.serializers import Body, Reference
from kernel.rest.views import ApiView, AskingCommandView, CommandView, actor_of
from mailcore.domains import errors, selectors, services
from mailcore.domains.models import DnsCredential
from mailcore.domains.plan_words import tested_sentence
from mailcore.domains.states import CredentialKind


class NewDnsCredential(Body):
    """Whose zones it writes, how, and what that needs.

    `settings` for rfc2136: server, port, key_name, algorithm, secret; for a provider: auth_token.
    """

    organisation = Reference("org")
    kind = serializers.ChoiceField(CredentialKind.values)
    provider = serializers.CharField(max_length=40, default="", allow_blank=True)
    settings = serializers.DictField(child=serializers.CharField(max_length=1000))
    example = {
        "organisation": "org_01k8z0v7q2m4n6p8r0s2t4v6w8",
        "kind": "rfc2136",
        "settings": {"server": "192.0.2.53", "key_name": "client.test", "secret": "c2VjcmV0…"},
    }


class DnsCredentialTest(Body):
    """The domain whose zone it should write."""

    domain = Reference("dom")
    example = {"domain": "dom_01k8z1c3e5g7j9m1p3r5t7w9y1"}


@shape(
    example={
        "id": "dnc_01k8z1c3e5g7j9m1p3r5t7w9y1",
        "organisation": "org_01k8z0v7q2m4n6p8r0s2t4v6w8",
        "kind": "rfc2136",
        "provider": "",
        "settings": {"server": "192.0.2.53", "port": 53, "key_name": "client.test"},
        "tested_code": "ok",
        "tested_sentence": "The DNS server takes this key for the domain's zone.",
        "tested_at": "2026-03-01T09:30:00Z",
        "created_at": "2026-03-01T09:30:00Z",
    }
)
class DnsCredentialShown(TypedDict):
    """A way to write zones; `tested_code` is `ok` or why the last test failed."""

    id: Annotated[str, Id("dnc")]
    organisation: Annotated[str, Id("org")]
    kind: Annotated[str, OneOf(CredentialKind)]
    provider: str
    settings: dict[str, object]
    tested_code: str
    tested_sentence: str
    tested_at: datetime | None
    created_at: datetime


def show(credential: DnsCredential) -> DnsCredentialShown:
    """A credential as JSON, without its secret."""
    return {
        "id": credential.reference,
        "organisation": ids.to_public("org", credential.organisation_id),
        "kind": credential.kind,
        "provider": credential.provider,
        "settings": credential.settings,
        "tested_code": credential.tested_code,
        "tested_sentence": tested_sentence(credential.kind, credential.tested_code),
        "tested_at": credential.tested_at,
        "created_at": credential.created_at,
    }


LISTING = Listing(
    filters={"organisation": listing.reference("org", "organisation_id", says="whose it is")}
)


class DnsCredentials(CommandView):
    """List and add."""

    @operation(
        "dns_credentials.list",
        right="domains.read",
        answers={200: Page[DnsCredentialShown]},
        query=LISTING,
    )
    def get(self, request: Request) -> Response:
        """List the ways to write DNS."""
        actor = actor_of(request)
        authorise(actor, "domains.read")
        rows = selectors.list_credentials(organisation_id=actor.organisation)
        return page(request, rows, show=show, listing=LISTING)

    @operation(
        "dns_credentials.create",
        right="domains.write",
        takes=NewDnsCredential,
        answers={201: DnsCredentialShown},
        found_at="dns-credentials/{id}",
        problems=[errors.InvalidDnsCredential, errors.TooManyDnsCredentials],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Add a way to write DNS.

        Its secret is kept encrypted and is never shown again.
        """
        body = NewDnsCredential(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        credential = services.add_credential(
            actor=actor_of(request), organisation_id=given.pop("organisation"), **given
        )
        return Response(show(credential), status=201)


class OneDnsCredential(ApiView):
    """Read and remove one."""

    @operation("dns_credentials.get", right="domains.read", answers={200: DnsCredentialShown})
    def get(self, request: Request, credential_id: str) -> Response:
        """Read a way to write DNS."""
        actor = actor_of(request)
        authorise(actor, "domains.read")
        found = selectors.get_credential(
            ids.from_public("dnc", credential_id), organisation_id=actor.organisation
        )
        return Response(show(found))

    @operation("dns_credentials.delete", right="domains.write", answers={204: None})
    def delete(self, request: Request, credential_id: str) -> Response:
        """Remove a way to write DNS.

        What was written with it stays; the domains that it kept up to date are their owners' again.
        """
        services.remove_credential(
            actor=actor_of(request), credential_id=ids.from_public("dnc", credential_id)
        )
        return Response(status=204)


class TestDnsCredential(AskingCommandView):
    """Try it out."""

    @operation(
        "dns_credentials.test",
        right="domains.write",
        takes=DnsCredentialTest,
        answers={200: DnsCredentialShown},
    )
    def perform(self, request: Request, **parts: object) -> Callable[[], Response]:
        """Ask the server whether it would let us write a domain's zone.

        Nothing is written; takes up to 20 seconds. At a provider only reading can be tried.
        """
        body = DnsCredentialTest(data=request.data)
        body.is_valid(raise_exception=True)
        actor = actor_of(request)
        credential_id = ids.from_public("dnc", str(parts["credential_id"]))
        code = services.try_credential(
            actor=actor, credential_id=credential_id, domain_id=body.validated_data["domain"]
        )

        def note() -> Response:
            tested = services.note_test(actor=actor, credential_id=credential_id, code=code)
            return Response(show(tested))

        return note


urlpatterns = [
    path("dns-credentials", DnsCredentials.as_view(), name="api-dns-credentials"),
    path(
        "dns-credentials/<str:credential_id>",
        OneDnsCredential.as_view(),
        name="api-dns-credential",
    ),
    path(
        "dns-credentials/<str:credential_id>/test",
        TestDnsCredential.as_view(),
        name="api-dns-credential-test",
    ),
]
