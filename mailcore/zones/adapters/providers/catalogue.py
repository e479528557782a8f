"""Which providers we write zones at, what each wants to know, and how its zones are recognised."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_noop as n_

from mailcore.zones.adapters.providers.dialects.cloudflare import Cloudflare
from mailcore.zones.adapters.providers.dialects.dialect import Dialect
from mailcore.zones.adapters.providers.dialects.digitalocean import DigitalOcean
from mailcore.zones.adapters.providers.dialects.dnsimple import DNSimple
from mailcore.zones.adapters.providers.dialects.hetzner import Hetzner
from mailcore.zones.adapters.providers.dialects.ionos import Ionos
from mailcore.zones.adapters.providers.dialects.linode import Linode
from mailcore.zones.adapters.providers.dialects.netcup import Netcup
from mailcore.zones.adapters.providers.dialects.ovh import Ovh
from mailcore.zones.adapters.providers.dialects.porkbun import Porkbun
from mailcore.zones.adapters.providers.dialects.scaleway import Scaleway
from mailcore.zones.adapters.providers.dialects.vultr import Vultr
from mailcore.zones.ports import WRITABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Something that a credential consists of; what is not secret is shown again."""

    name: str
    title: str
    is_secret: bool = True
    is_required: bool = True
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """`name_servers` matches its name servers' whole names, as it publishes them.

    `page` is where a credential is made, `how` says how, with the least rights; `types` are the
    records of ours that we write there.
    """

    title: str
    fields: tuple[Field, ...]
    name_servers: str
    make: type[Dialect]
    page: str
    how: str
    types: frozenset[str] = WRITABLE


_TOKEN = (Field(name="auth_token", title=n_("API token")),)

#: Only those that change one record, or one value, at a time: whoever writes whole record sets or
#: zones anew may take back what somebody else writes in the same moment.
PROVIDERS: dict[str, Provider] = {
    "cloudflare": Provider(
        title="Cloudflare",
        fields=_TOKEN,
        name_servers=r"[a-z]+\.ns\.cloudflare\.com",
        make=Cloudflare,
        page="https://dash.cloudflare.com/profile/api-tokens",
        how=n_(
            "In Cloudflare open My Profile, then API Tokens, and create a token that may read this "
            "zone (Zone: Read) and edit its DNS (DNS: Edit)."
        ),
    ),
    "digitalocean": Provider(
        title="DigitalOcean",
        fields=_TOKEN,
        name_servers=r"ns[1-3]\.digitalocean\.com",
        make=DigitalOcean,
        page="https://cloud.digitalocean.com/account/api/tokens",
        how=n_(
            "In DigitalOcean open API, then Tokens, and generate a token with the scopes domain: "
            "read, create and delete."
        ),
    ),
    "dnsimple": Provider(
        title="DNSimple",
        fields=_TOKEN,
        name_servers=r"ns[1-4]\.dnsimple(-edge)?\.(com|net|org)",
        make=DNSimple,
        page="https://dnsimple.com/user",
        how=n_(
            "In DNSimple open Account, then Access tokens, and create an account token; with "
            "scoped tokens it needs zones: read and write for this zone."
        ),
    ),
    "hetzner": Provider(
        title="Hetzner",
        fields=_TOKEN,
        name_servers=r"(hydrogen|oxygen)\.ns\.hetzner\.com|helium\.ns\.hetzner\.de",
        make=Hetzner,
        page="https://console.hetzner.com/projects",
        how=n_(
            "In Hetzner Console open the project that has the zone, then Security, API tokens, and "
            "generate a token that may read and write. Tokens of the old DNS Console do not work."
        ),
    ),
    "ionos": Provider(
        title="IONOS",
        fields=(Field(name="api_key", title=n_("API key (public prefix, a dot, secret)")),),
        name_servers=r"ns\d{1,4}\.ui-dns\.(biz|com|de|org)",
        make=Ionos,
        page="https://developer.hosting.ionos.com/keys",
        how=n_(
            "At the IONOS developer page open API keys and create one; write its public prefix, a "
            "dot and its secret as one. It opens all DNS zones of the contract."
        ),
        types=WRITABLE - {"SRV"},
    ),
    "linode": Provider(
        title="Linode (Akamai)",
        fields=_TOKEN,
        name_servers=r"ns[1-5]\.linode\.com",
        make=Linode,
        page="https://cloud.linode.com/profile/tokens",
        how=n_(
            "In the Cloud Manager open your profile, then API Tokens, and create a personal access "
            "token with Domains: Read/Write and nothing else."
        ),
        types=WRITABLE - {"SRV"},
    ),
    "netcup": Provider(
        title="netcup",
        fields=(
            Field(name="auth_customer_id", title=n_("Customer number"), is_secret=False),
            Field(name="auth_api_key", title=n_("API key")),
            Field(name="auth_api_password", title=n_("API password")),
        ),
        name_servers=r"(root|second|third)-dns\.netcup\.net",
        make=Netcup,
        page="https://www.customercontrolpanel.de/",
        how=n_(
            "In the customer control panel open Master data, then API, generate an API password "
            "and create an API key. It opens all domains of the customer."
        ),
        types=WRITABLE - {"SRV"},
    ),
    "ovh": Provider(
        title="OVHcloud",
        fields=(
            Field(
                name="auth_entrypoint",
                title=n_("Region of the account"),
                is_secret=False,
                choices=("ovh-eu", "ovh-ca", "ovh-us"),
            ),
            Field(name="auth_application_key", title=n_("Application key"), is_secret=False),
            Field(name="auth_application_secret", title=n_("Application secret")),
            Field(name="auth_consumer_key", title=n_("Consumer key")),
        ),
        name_servers=r"(dns|ns)\d{1,3}\.(ovh\.(ca|net)|anycast\.me)",
        make=Ovh,
        page="https://eu.api.ovh.com/createToken/",
        how=n_(
            "At OVHcloud's page for API tokens create one of unlimited validity with GET, POST and "
            "DELETE on /domain/zone/*, and nothing else."
        ),
    ),
    "porkbun": Provider(
        title="Porkbun",
        fields=(
            Field(name="auth_key", title=n_("API key")),
            Field(name="auth_secret", title=n_("Secret API key")),
        ),
        name_servers=r"(curitiba|fortaleza|maceio|salvador)\.ns\.porkbun\.com",
        make=Porkbun,
        page="https://porkbun.com/account/api",
        how=n_(
            "In Porkbun open Account, then API Access, and create a key; then turn API Access on in "
            "the details of this domain, and leave it off for others."
        ),
    ),
    "scaleway": Provider(
        title="Scaleway",
        fields=(Field(name="auth_secret_key", title=n_("Secret key of the API key")),),
        name_servers=r"ns[01]\.dom\.scw\.cloud",
        make=Scaleway,
        page="https://console.scaleway.com/iam/api-keys",
        how=n_(
            "In Scaleway's console open IAM, then API keys, and generate a key for an application "
            "whose policy has DomainsDNSFullAccess in this project only."
        ),
    ),
    "vultr": Provider(
        title="Vultr",
        fields=_TOKEN,
        name_servers=r"ns[12]\.vultr\.com",
        make=Vultr,
        page="https://my.vultr.com/settings/#settingsapi",
        how=n_(
            "In Vultr open Account, then API, make a key for a user who may only manage DNS, and "
            "allow it our addresses."
        ),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`provider` runs all of the name servers, or is empty; `providers` are all that run some.

    `is_split`: some are of one provider, and others are not.
    """

    provider: str
    providers: tuple[str, ...]
    is_split: bool


def detect(name_servers: Iterable[str]) -> Found:
    """Whose name servers these are; those under names of the owner's are nobody's that we know."""
    each = [_provider_of(host.rstrip(".").lower()) for host in name_servers]
    known = tuple(sorted(set(each) - {""}))
    is_whole = len(known) == 1 and "" not in each
    return Found(
        provider=known[0] if is_whole else "",
        providers=known,
        is_split=bool(known) and not is_whole,
    )


def _provider_of(host: str) -> str:
    found = (
        name for name, provider in PROVIDERS.items() if re.fullmatch(provider.name_servers, host)
    )
    return next(found, "")
