"""Which providers we write zones at, what each wants to know, and how its zones are recognised."""

from collections.abc import Iterable
from dataclasses import dataclass

from mailcore.zones.adapters.providers.dialects import Cloudflare, DigitalOcean


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Something that a credential consists of; what is not secret is shown again."""

    name: str
    title: str
    is_secret: bool = True
    is_required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """`name_servers` are the ends of its name servers' names."""

    title: str
    fields: tuple[Field, ...]
    name_servers: tuple[str, ...]
    make: type[Cloudflare] | type[DigitalOcean]


#: Only those that change one record at a time: dns-lexicon writes the others' whole record sets
#: anew, with strangers' texts that have lost their quotation marks.
PROVIDERS: dict[str, Provider] = {
    "cloudflare": Provider(
        title="Cloudflare",
        fields=(Field(name="auth_token", title="API token (Zone: Read, DNS: Edit)"),),
        name_servers=(".ns.cloudflare.com",),
        make=Cloudflare,
    ),
    "digitalocean": Provider(
        title="DigitalOcean",
        fields=(Field(name="auth_token", title="API token (domain: read, create, delete)"),),
        name_servers=(".digitalocean.com",),
        make=DigitalOcean,
    ),
}


def detect(name_servers: Iterable[str]) -> str:
    """The provider that all of these name servers are of, or empty."""
    hosts = [f".{host.rstrip('.').lower()}" for host in name_servers]
    for name, provider in PROVIDERS.items():
        if hosts and all(host.endswith(provider.name_servers) for host in hosts):
            return name
    return ""
