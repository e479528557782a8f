"""`/api/v1/domains/{domain_id}/dns-provider`: where a domain's DNS is run."""

from typing import Annotated, TypedDict

from django.urls import path
from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.rest.openapi import Id, OneOf, operation, shape
from kernel.rest.views import ApiView
from mailcore.domains.api.domains import find
from mailcore.domains.dns_homes import find_home
from mailcore.domains.states import CredentialKind
from mailcore.zones.adapters.providers.catalogue import Field


class CredentialField(TypedDict):
    """A setting of a credential; what is not secret is shown again, `choices` are all that it may be."""

    name: str
    title: str
    is_secret: bool
    is_required: bool
    choices: list[str]


@shape(
    example={
        "provider": "cloudflare",
        "title": "Cloudflare",
        "split": [],
        "name_servers": ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"],
        "kind": "lexicon",
        "settings": [
            {
                "name": "auth_token",
                "title": "API token",
                "is_secret": True,
                "is_required": True,
                "choices": [],
            }
        ],
        "sentence": "In Cloudflare open My Profile, then API Tokens, and create a token …",
        "page": "https://dash.cloudflare.com/profile/api-tokens",
        "credential": None,
    }
)
class DnsProvider(TypedDict):
    """Who runs the domain's DNS, which credential is wanted, and which one writes it now."""

    provider: str
    title: str
    split: list[str]
    name_servers: list[str]
    kind: Annotated[str, OneOf(CredentialKind)]
    settings: list[CredentialField]
    sentence: str
    page: str
    credential: Annotated[str, Id("dnc")] | None


class DomainDnsProvider(ApiView):
    """Where its DNS is."""

    @operation("domains.dns_provider", right="domains.read", answers={200: DnsProvider})
    def get(self, request: Request, domain_id: str) -> Response:
        """Read where a domain's DNS is run, and what a credential for it is made of.

        Told from the name servers that the last look saw, by the whole names that providers publish;
        `provider` is empty for all others. Where only some are of a provider, `split` has the titles
        of those that we know. `page` is where a credential is made.
        """
        home = find_home(find(request, domain_id))
        shown: DnsProvider = {
            "provider": home.provider,
            "title": home.title,
            "split": list(home.split),
            "name_servers": list(home.name_servers),
            "kind": home.kind,
            "settings": [_field(one) for one in home.fields],
            "sentence": home.sentence,
            "page": home.page,
            "credential": home.credential.reference if home.credential else None,
        }
        return Response(shown)


def _field(one: Field) -> CredentialField:
    return {
        "name": one.name,
        "title": gettext(one.title),
        "is_secret": one.is_secret,
        "is_required": one.is_required,
        "choices": list(one.choices),
    }


urlpatterns = [
    path(
        "domains/<str:domain_id>/dns-provider",
        DomainDnsProvider.as_view(),
        name="api-domain-dns-provider",
    ),
]
