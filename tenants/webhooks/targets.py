"""Where a webhook may go: an https address on the Internet, and no other.

A name is looked up anew for each request, and the request goes to the very address that was
judged: what DNS says a moment later changes nothing.
"""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, quote, urlsplit

from kernel.dns import names
from tenants.webhooks.errors import InvalidTarget

LONGEST = 1000
_PORTS = {"https": 443, "http": 80}
#: Below 1024 live services that are no web servers and might take a request for something else.
_LEAST_PORT = 1024
_SAFE = "/:@!$&'()*+,;=-._~%"
#: What can be reached on the Internet at all (IANA); inside it stand ways back to IPv4.
_GLOBAL_6 = IPv6Network("2000::/3")
_NOT_GLOBAL_4 = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A checked address; `host` is a name in A-labels or an IP address without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = bracketed(self.host)
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """In the one form that is stored."""
        return f"{self.scheme}://{self.authority}{self.path}"

    def at(self, address: str) -> str:
        """The same with an address in the place of the name."""
        return f"{self.scheme}://{bracketed(address)}:{self.port}{self.path}"


def read_target(url: str, *, allow_private: bool) -> Target:
    """The target of a URL; raises InvalidTarget with a reason.

    `allow_private` is for development: it admits http, any port and any address.
    """
    parts = _split(url)
    if parts.scheme not in ("https", "http") or (parts.scheme == "http" and not allow_private):
        raise _invalid("scheme")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _invalid("form")
    host = _host(parts.hostname or "", allow_private=allow_private)
    port = _port(parts) or _PORTS[parts.scheme]
    if not allow_private and port != _PORTS["https"] and port < _LEAST_PORT:
        raise _invalid("port")
    path = quote(parts.path or "/", safe=_SAFE)
    if parts.query:
        path = f"{path}?{quote(parts.query, safe=_SAFE + '?')}"
    target = Target(scheme=parts.scheme, host=host, port=port, path=path)
    if len(target.url) > LONGEST:
        raise _invalid("too_long")
    return target


def is_on_the_internet(address: str) -> bool:
    """Whether an address can be anybody's public server; in doubt it cannot."""
    found = ip_address(address)
    if not found.is_global or found.is_multicast or found.is_reserved:
        return False
    if isinstance(found, IPv6Address):
        # Mapped and translated forms of an IPv4 address lie outside, 6to4 and Teredo inside.
        is_way_back = found.sixtofour is not None or found.teredo is not None
        return found in _GLOBAL_6 and not is_way_back and found.scope_id is None
    return not any(found in network for network in _NOT_GLOBAL_4)


def is_address(host: str) -> bool:
    """Whether a host is an IP address and no name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def bracketed(host: str) -> str:
    """A host as URLs write it."""
    return f"[{host}]" if ":" in host else host


def _split(url: str) -> SplitResult:
    text = url.strip()
    # Browsers and libraries disagree about these; nobody needs them.
    if not text.isprintable() or any(sign in text for sign in ' \\"<>^`{|}'):
        raise _invalid("form")
    if len(text) > LONGEST:
        raise _invalid("too_long")
    try:
        return urlsplit(text)
    except ValueError as error:
        raise _invalid("form") from error


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError as error:
        raise _invalid("port") from error


def _host(host: str, *, allow_private: bool) -> str:
    if is_address(host):
        if not allow_private and not is_on_the_internet(host):
            raise _invalid("private")
        return str(ip_address(host))
    try:
        name = names.normalise(host)
    except names.InvalidName as error:
        raise _invalid("host") from error
    if not allow_private and "." not in name:
        raise _invalid("private")
    return name


def _invalid(reason: str) -> InvalidTarget:
    return InvalidTarget(field="url", reason=reason)
