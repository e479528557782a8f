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
from mailcore.zones.adapters.providers.catalogue import Field, Found

RFC2136_FIELDS = (
    Field(name="server", title="Name or address of the primary server", is_secret=False),
    Field(name="port", title="Port", is_secret=False, is_required=False),
    Field(name="key_name", title="Name of the TSIG key", is_secret=False),
    Field(name="algorithm", title="Algorithm", is_secret=False, is_required=False),
    Field(name="secret", title="Secret (base64)"),
)
_BY_HAND = n_(
    "If its name servers take dynamic updates (RFC 2136), ask whoever runs them for a TSIG key; "
    "otherwise publish the records by hand, or give them the zone file."
)
_SPLIT = n_(
    "Only some of its name servers are of %(providers)s, so what is written there would not show at "
    "all of them. Let one provider run the whole zone first, or publish the records by hand at each."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsHome:
    """`provider` is one whose interface we know, or empty; `name_servers` as the last look saw them.

    `split` are the titles of the providers where only some name servers are of one. `fields` are
    what a credential of `kind` is made of; `sentence` says how to come by one, at `page`.
    `credential` is what the domain is written with now.
    """

    provider: str
    title: str
    split: tuple[str, ...]
    name_servers: tuple[str, ...]
    kind: str
    fields: tuple[Field, ...]
    sentence: str
    page: str
    credential: DnsCredential | None


def find_home(domain: Domain) -> DnsHome:
    """Where the last look at the domain found its DNS; nobody is asked now."""
    name_servers = _name_servers(domain.public_id, domain.name)
    found = detect(name_servers)
    known = PROVIDERS.get(found.provider)
    return DnsHome(
        provider=found.provider,
        title=known.title if known else "",
        split=_titles(found) if found.is_split else (),
        name_servers=name_servers,
        kind=(CredentialKind.LEXICON if known else CredentialKind.RFC2136).value,
        fields=known.fields if known else RFC2136_FIELDS,
        sentence=_split_sentence(found) if found.is_split else how_to_get(found.provider),
        page=known.page if known else "",
        credential=selectors.find_credential(domain),
    )


def how_to_get(provider: str) -> str:
    """How to come by a credential, in a sentence or two."""
    known = PROVIDERS.get(provider)
    return _(known.how if known else _BY_HAND)


def _split_sentence(found: Found) -> str:
    return _(_SPLIT) % {"providers": ", ".join(_titles(found))}


def _titles(found: Found) -> tuple[str, ...]:
    return tuple(PROVIDERS[name].title for name in found.providers)


def _name_servers(domain_id: UUID, name: str) -> tuple[str, ...]:
    """Who answered, or should have, for the mail servers: the one record at the name itself."""
    seen = checks.list_verdicts(domain_id).get((dns_records.MX, name))
    said = [server for one in seen.said for server in one["servers"]] if seen else []
    # As the look writes them down: `name (address)`.
    return tuple(sorted({server.partition(" (")[0] for server in said}))
