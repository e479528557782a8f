"""DigitalOcean, API v2."""

from typing import Any

from lexicon._private.providers import digitalocean

from mailcore.zones.adapters.providers import bounded
from mailcore.zones.adapters.providers.dialects.dialect import Dialect, Json
from mailcore.zones.adapters.providers.values import joined

bounded.bind(digitalocean)


class DigitalOcean(Dialect, digitalocean.Provider):  # type: ignore[misc]
    """The zone itself is `@`; hosts end with a dot when written, and have none when read."""

    shortest_ttl = 30

    def _request(
        self, action: str = "GET", url: str = "/", data: Any = None, query_params: Any = None
    ) -> Any:
        if action == "POST" and data:
            data = self._said(data)
        answer = super()._request(action, url, data, query_params)
        if action == "GET" and isinstance(answer, dict):
            for record in answer.get("domain_records", ()):
                record["data"] = _content(record)
        return answer

    def _said(self, data: Json) -> Json:
        said: Json = {**data, "ttl": self._ttl_of(self.ttl), "name": data["name"] or "@"}
        if said["type"] == "MX":
            priority, host = str(said["data"]).split()
            said |= {"priority": int(priority), "data": f"{host.rstrip('.')}."}
        elif said["type"] == "SRV":
            priority, weight, port, host = str(said["data"]).split()
            said |= {"priority": int(priority), "weight": int(weight), "port": int(port)}
            said["data"] = f"{host.rstrip('.')}."
        return said


def _content(record: Json) -> str:
    content = str(record["data"])
    if record["type"] == "SRV":
        content = f"{record['weight']} {record['port']} {content}"
    return joined(record["type"], content, record.get("priority"))
