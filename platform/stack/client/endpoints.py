"""The map of a running stack as a client sees it: where each service listens and which name to verify."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

ENVIRONMENT_NAME = "LIVERY_ENDPOINTS"

Tls = Literal["none", "starttls", "implicit"]


class EndpointsError(Exception):
    """The map of endpoints is missing or lacks something; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One listening service: connect to address and port, verify `sni` against `ca_file`."""

    key: str
    host: str
    address: str
    port: int
    tls: Tls
    sni: str
    ca_file: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateKey:
    """A DNS server that takes RFC 2136 updates, and the TSIG key (base64 secret) that it wants."""

    server: str
    port: int
    key_name: str
    algorithm: str
    secret: str

    def as_json(self) -> dict[str, Any]:
        """Return the shape that the product's API wants in `dns-update`."""
        return {
            "server": self.server,
            "port": self.port,
            "key_name": self.key_name,
            "algorithm": self.algorithm,
            "secret": self.secret,
        }


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The whole map; `raw` is the JSON as printed."""

    raw: Mapping[str, Any]

    def service(self, key: str) -> Service:
        """Return the service KEY (smtp_mx, submission, imaps …); EndpointsError when it is not listed."""
        entry = self._entry("services", key)
        address = str(entry["address"])
        host = str(entry.get("host") or address)
        return Service(
            key=key,
            host=host,
            address=address,
            port=int(entry["port"]),
            tls=cast("Tls", entry.get("tls") or "none"),
            sni=str(entry.get("sni") or host),
            ca_file=entry.get("ca_file") or self.raw.get("ca_file"),
        )

    def url(self, key: str) -> str:
        """Return a URL of the map without a slash at its end; EndpointsError when it is not listed."""
        urls = self.raw.get("urls", {})
        if key not in urls:
            raise EndpointsError(f"the endpoints name no url {key!r}")
        return str(urls[key]).rstrip("/")

    def update_key(self, *names: str) -> UpdateKey:
        """Return the first of the named DNS update keys that the map holds."""
        for name in names:
            entry = self.raw.get(name)
            if entry:
                return UpdateKey(
                    server=str(entry["server"]),
                    port=int(entry["port"]),
                    key_name=str(entry["key_name"]),
                    algorithm=str(entry["algorithm"]),
                    secret=str(entry["secret"]),
                )
        raise EndpointsError(f"the endpoints hold none of {', '.join(names)}")

    def address_of(self, host: str) -> str:
        """Return the address a client connects to for a host name: the exact name, else its longest suffix."""
        hosts: Mapping[str, str] = self.raw.get("hosts", {})
        if host in hosts:
            return hosts[host]
        suffixes: Mapping[str, str] = self.raw.get("host_suffixes", {})
        fitting = [s for s in suffixes if host == s or host.endswith(f".{s}")]
        if not fitting:
            raise EndpointsError(f"the endpoints say no address for {host}")
        return suffixes[max(fitting, key=len)]

    def login(self, name: str) -> dict[str, str]:
        """Return {"url","email","password"} of a seeded login, e.g. operator."""
        return cast("dict[str, str]", self._entry("logins", name))

    @property
    def ca_file(self) -> str:
        """Path of the authority that signed every certificate of the stack."""
        return str(self.raw["ca_file"])

    @property
    def outside_domain(self) -> str:
        """The mail domain of the outside world."""
        return str(self.raw["outside"]["domain"])

    def _entry(self, section: str, key: str) -> Mapping[str, Any]:
        entry = self.raw.get(section, {}).get(key)
        if entry is None:
            raise EndpointsError(f"the endpoints name no {section} {key!r}")
        return cast("Mapping[str, Any]", entry)


def endpoints_path() -> Path:
    """Return the file named by LIVERY_ENDPOINTS; EndpointsError when the variable is not set."""
    name = os.environ.get(ENVIRONMENT_NAME)
    if not name:
        raise EndpointsError(
            f"{ENVIRONMENT_NAME} is not set: it names the file that "
            "`./livery endpoints --json` prints (var/endpoints.json)"
        )
    return Path(name)


def load_endpoints(path: Path | None = None) -> Endpoints:
    """Read the map from PATH (or the file named by LIVERY_ENDPOINTS); EndpointsError when it is not there."""
    source = path or endpoints_path()
    try:
        raw = json.loads(source.read_text())
    except FileNotFoundError as error:
        raise EndpointsError(f"{source} is not there: is the stack up?") from error
    except ValueError as error:
        raise EndpointsError(f"{source} is not JSON: {error}") from error
    return Endpoints(raw)
