"""Where a domain's DNS is run, and what it takes to write there."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n_

from mailcore.checks import selectors as checks
from mailcore.domains import selectors
from mailcore.domains.models import DnsCredential, Domain
from mailcore.domains.states import CredentialKind
from mailcore.protocol import dns_records
from mailcore.zones.adapters.providers import PROVIDERS, detect
from mailcore.zones.adapters.providers.catalogue import Field

RFC2136_FIELDS = (
    Field(name="server", title="Name or address of the primary server", is_secret=False),
    Field(name="port", title="Port", is_secret=False, is_required=False),
    Field(name="key_name", title="Name of the TSIG key", is_secret=False),
    Field(name="algorithm", title="Algorithm", is_secret=False, is_required=False),
    Field(name="secret", title="Secret (base64)"),
)
_HOW = {
    "cloudflare": n_(
        "In Cloudflare open My Profile, then API Tokens, and create a token that may read this "
        "zone (Zone: Read) and edit its DNS (DNS: Edit)."
    ),
    "digitalocean": n_(
        "In DigitalOcean open API, then Tokens, and generate a token with the scopes domain: read, "
        "create and delete."
    ),
    "": n_(
        "If its name servers take dynamic updates (RFC 2136), ask whoever runs them for a TSIG key; "
        "otherwise publish the records by hand, or give them the zone file."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsHome:
    """`provider` is one whose interface we know, or empty; `name_servers` as the last look saw them.

    `fields` are what a credential of `kind` is made of; `sentence` says how to come by one.
    `credential` is what the domain is written with now.
    """

    provider: str
    title: str
    name_servers: tuple[str, ...]
    kind: str
    fields: tuple[Field, ...]
    sentence: str
    credential: DnsCredential | None


def find_home(domain: Domain) -> DnsHome:
    """Where the last look at the domain found its DNS; nobody is asked now."""
    name_servers = _name_servers(domain.public_id, domain.name)
    name = detect(name_servers)
    known = PROVIDERS.get(name)
    return DnsHome(
        provider=name,
        title=known.title if known else "",
        name_servers=name_servers,
        kind=(CredentialKind.LEXICON if known else CredentialKind.RFC2136).value,
        fields=known.fields if known else RFC2136_FIELDS,
        sentence=how_to_get(name),
        credential=selectors.find_credential(domain),
    )


def how_to_get(provider: str) -> str:
    """How to come by a credential, as one sentence."""
    return _(_HOW[provider])


def _name_servers(domain_id: UUID, name: str) -> tuple[str, ...]:
    """Who answered, or should have, for the mail servers: the one record at the name itself."""
    seen = checks.list_verdicts(domain_id).get((dns_records.MX, name))
    said = [server for one in seen.said for server in one["servers"]] if seen else []
    # As the look writes them down: `name (address)`.
    return tuple(sorted({server.partition(" (")[0] for server in said}))
