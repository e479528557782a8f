"""Cloudflare, API v4."""

from typing import Any

import httpx
from lexicon._private.providers import cloudflare

from mailcore.zones.adapters.providers import bounded
from mailcore.zones.adapters.providers.dialects.dialect import Dialect, Json, said_in
from mailcore.zones.adapters.providers.values import joined, written

bounded.bind(cloudflare)
#: An unreadable token is a malformed header for them, an unknown one something forbidden.
_BAD_KEY = frozenset({1000, 6003, 6111, 9109})


class Cloudflare(Dialect, cloudflare.Provider):  # type: ignore[misc]
    """Values as in a zone file; TXT in quotation marks, at most 255 bytes a string."""

    @classmethod
    def code_of(cls, response: httpx.Response) -> str:
        """By the numbers of its errors; 10000 at a token that is known means no right."""
        if response.status_code in {400, 401, 403}:
            errors = said_in(response).get("errors") or ()
            if _BAD_KEY & {one.get("code") for one in errors if isinstance(one, dict)}:
                return "provider.bad_key"
        return super().code_of(response)

    def _request(
        self, action: str = "GET", url: str = "/", data: Any = None, query_params: Any = None
    ) -> Any:
        if action == "POST" and data:
            data = self._said(data)
        answer = super()._request(action, url, data, query_params)
        if action == "GET" and url.endswith("/dns_records"):
            for record in answer["result"]:
                record["content"] = _content(record)
        return answer

    def _said(self, data: Json) -> Json:
        said: Json = {**data, "ttl": self._ttl_of(self.ttl)}
        if said.get("data") is None:
            said.pop("data", None)
        if said["type"] == "MX":
            priority, said["content"] = str(said["content"]).split()
            said["priority"] = int(priority)
        elif said["type"] == "TXT":
            said["content"] = written("TXT", str(said["content"]))
        elif said["type"] == "SRV":
            numbers = {k: int(said["data"][k]) for k in ("priority", "weight", "port")}
            said["data"] = {**said["data"], **numbers}
            said.pop("content", None)
        return said


def _content(record: Json) -> str:
    if record["type"] == "SRV" and isinstance(record.get("data"), dict):
        said = record["data"]
        content = f"{said['weight']} {said['port']} {said['target']}"
        return joined("SRV", content, said["priority"])
    return joined(record["type"], str(record["content"]), record.get("priority"))
