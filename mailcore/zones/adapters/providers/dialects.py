"""Each provider's own way to write records down, into ours and back.

dns-lexicon passes a record's value through as it is and drops what stands beside it: the priority of
a mail exchanger, the numbers of a service. These classes put the two together where requests pass.
"""

from collections.abc import Callable
from typing import Any, ClassVar

import dns.exception
import dns.rdata
import dns.rdataclass
import dns.rdatatype
from lexicon._private.providers import cloudflare, digitalocean
from lexicon.config import ConfigResolver

from kernel.dns.answers import as_text
from mailcore.zones.adapters.providers import bounded
from mailcore.zones.adapters.rdata import rdata_of

for _module in (cloudflare, digitalocean):
    bounded.bind(_module)

_Json = dict[str, Any]


class Dialect:
    """What every provider class of ours adds: a deadline's check, and the TTL of what is written."""

    ttl: int = 3600
    #: Called before each request; raises when there is no time left.
    before: Callable[[], None] = staticmethod(lambda: None)
    shortest_ttl: ClassVar[int] = 60

    def _ttl(self) -> int:
        # 1 stands for “automatic” where a provider knows that.
        return self.ttl if self.ttl == 1 else max(self.ttl, self.shortest_ttl)


class Cloudflare(Dialect, cloudflare.Provider):  # type: ignore[misc]
    """Values as in a zone file; TXT in quotation marks, at most 255 bytes a string."""

    def __init__(self, config: ConfigResolver) -> None:
        super().__init__(config)

    def _request(
        self, action: str = "GET", url: str = "/", data: Any = None, query_params: Any = None
    ) -> Any:
        self.before()
        if action == "POST" and data:
            data = self._said(data)
        answer = super()._request(action, url, data, query_params)
        if action == "GET" and url.endswith("/dns_records"):
            for record in answer["result"]:
                record["content"] = _content(record)
        return answer

    def _said(self, data: _Json) -> _Json:
        said: _Json = {**data, "ttl": self._ttl()}
        if said.get("data") is None:
            said.pop("data", None)
        if said["type"] == "MX":
            priority, said["content"] = str(said["content"]).split()
            said["priority"] = int(priority)
        elif said["type"] == "TXT":
            said["content"] = rdata_of("TXT", str(said["content"])).to_text()
        elif said["type"] == "SRV":
            numbers = {k: int(said["data"][k]) for k in ("priority", "weight", "port")}
            said["data"] = {**said["data"], **numbers}
            said.pop("content", None)
        return said


class DigitalOcean(Dialect, digitalocean.Provider):  # type: ignore[misc]
    """The zone itself is `@`; hosts end with a dot when written, and have none when read."""

    shortest_ttl = 30

    def __init__(self, config: ConfigResolver) -> None:
        super().__init__(config)

    def _request(
        self, action: str = "GET", url: str = "/", data: Any = None, query_params: Any = None
    ) -> Any:
        self.before()
        if action == "POST" and data:
            data = self._said(data)
        answer = super()._request(action, url, data, query_params)
        if action == "GET" and isinstance(answer, dict):
            for record in answer.get("domain_records", ()):
                record["data"] = _content({**record, "content": record["data"]})
        return answer

    def _said(self, data: _Json) -> _Json:
        said: _Json = {**data, "ttl": self._ttl(), "name": data["name"] or "@"}
        if said["type"] == "MX":
            priority, host = str(said["data"]).split()
            said |= {"priority": int(priority), "data": f"{host.rstrip('.')}."}
        elif said["type"] == "SRV":
            priority, weight, port, host = str(said["data"]).split()
            said |= {"priority": int(priority), "weight": int(weight), "port": int(port)}
            said["data"] = f"{host.rstrip('.')}."
        return said


def _content(record: _Json) -> str:
    """A provider's record as `kernel.dns.answers.as_text` would read it from the wire."""
    kind, content = str(record["type"]), str(record["content"])
    if kind == "TXT":
        return _unquoted(content)
    host = content.split()[-1].rstrip(".").lower() if content.split() else ""
    if kind == "MX":
        return f"{record.get('priority', 0)} {host or '.'}"
    if kind == "SRV":
        said = record.get("data") if isinstance(record.get("data"), dict) else record
        assert isinstance(said, dict)
        target = str(said.get("target", host)).rstrip(".").lower()
        return f"{said['priority']} {said['weight']} {said['port']} {target}"
    return host if kind in {"CNAME", "NS"} else content.lower()


def _unquoted(content: str) -> str:
    """A TXT value that may or may not be written as quoted strings."""
    if not content.startswith('"'):
        return content
    try:
        return as_text(dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.TXT, content))
    except dns.exception.DNSException:
        return content
