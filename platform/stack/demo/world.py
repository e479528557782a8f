"""What one run of the demonstration knows: new random names, and what the steps found out so far."""

import secrets
from dataclasses import dataclass, field, replace

from stack.client.api import ApiClient
from stack.client.endpoints import Endpoints, Service
from stack.client.web import Browser
from stack.outside.client import OutsideClient


def token() -> str:
    """Return six random characters that fit into host names and local parts."""
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(6))


def password() -> str:
    """Return a random password."""
    return secrets.token_urlsafe(12)


@dataclass(slots=True, kw_only=True)
class Company:
    """A reseller that signs up: what its owner types, and what came of it."""

    company: str
    slug: str
    email: str
    password: str
    product: str
    colour: str
    browser: Browser
    platform_host: str
    confirm_link: str = ""
    status_url: str = ""
    api: ApiClient | None = None

    @property
    def host(self) -> str:
        """The portal's host name."""
        return f"{self.slug}.{self.platform_host}"

    @property
    def webmail_host(self) -> str:
        """The webmail's host name."""
        return f"webmail.{self.slug}.{self.platform_host}"

    @property
    def settings_host(self) -> str:
        """The host name at which mail programs ask for their settings."""
        return f"autoconfig.{self.slug}.{self.platform_host}"

    @property
    def rest(self) -> ApiClient:
        """The API client; there is one once a key was made."""
        assert self.api is not None, "no API key was made yet"
        return self.api


@dataclass(slots=True, kw_only=True)
class User:
    """A mailbox with its password."""

    id: str
    address: str
    password: str


@dataclass(slots=True, kw_only=True)
class World:
    """The state that steps hand on; `ann` and `ben` are mailboxes of `domain`."""

    endpoints: Endpoints
    outside: OutsideClient
    mark: str
    acme: Company
    domain: str
    organisation_id: str = ""
    domain_id: str = ""
    ann: User | None = None
    ben: User | None = None
    #: Messages that ann has had accepted so far.
    sent: int = 0
    invoices: list[str] = field(default_factory=list)

    @property
    def sender(self) -> User:
        """The first mailbox; there is one once journey 3 made it."""
        assert self.ann is not None, "no mailbox was made yet"
        return self.ann

    def service(self, key: str) -> Service:
        """A mail service of the endpoints under the reseller's own host name."""
        found = self.endpoints.service(key)
        name = f"{self.acme.slug}.{found.sni}"
        return replace(found, host=name, sni=name)

    def outside_address(self, name: str) -> str:
        """Return a new address of the outside world that only this run uses."""
        return f"{name}-{self.mark}@{self.endpoints.outside_domain}"


def new_company(endpoints: Endpoints, *, name: str, colour: str) -> Company:
    """Invent a reseller."""
    mark = token()
    return Company(
        company=f"{name} {mark}",
        slug=f"{name.lower()}-{mark}",
        email=f"owner-{mark}@{endpoints.outside_domain}",
        password=password(),
        product=f"{name} Mail {mark}",
        colour=colour,
        browser=Browser(endpoints),
        platform_host=endpoints.url("platform").removeprefix("https://"),
    )


def new_world(endpoints: Endpoints) -> World:
    """Invent everything for one run."""
    mark = token()
    return World(
        endpoints=endpoints,
        outside=OutsideClient(endpoints),
        mark=mark,
        acme=new_company(endpoints, name="Acme", colour="#0b7285"),
        domain=f"client-{mark}.test",
    )
