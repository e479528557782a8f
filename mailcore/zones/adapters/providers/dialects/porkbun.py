"""Porkbun, API v3."""

import json
from typing import Any

import httpx
from lexicon._private.providers import porkbun

from mailcore.protocol.dns_zone import Change
from mailcore.zones.adapters.providers import bounded
from mailcore.zones.adapters.providers.dialects.dialect import Dialect, Entry, said_in
from mailcore.zones.adapters.providers.values import below, beside, joined
from mailcore.zones.ports import ZoneRefused

bounded.bind(porkbun)
#: All refusals are 400; only their sentences differ.
_WORDS = (
    ("api key", "provider.bad_key"),
    ("opted in", "provider.no_right"),
    ("invalid domain", "provider.not_zone"),
)


class Porkbun(Dialect, porkbun.Provider):  # type: ignore[misc]
    """Every request is a POST with both keys in it; numbers are texts."""

    shortest_ttl = 600

    @classmethod
    def code_of(cls, response: httpx.Response) -> str:
        """By the sentence; 503 is how they say that the limit is reached."""
        if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return "provider.rate_limited"
        said = str(said_in(response).get("message", "")).lower()
        found = next((code for words, code in _WORDS if words in said), "")
        return found or super().code_of(response)

    def authenticate(self) -> None:
        """See whether the zone can be read."""
        self._post(f"/dns/retrieve/{self.domain}")
        self.domain_id = self.domain

    def entries(self) -> list[Entry]:
        """All of the zone."""
        return [
            {
                "id": record["id"],
                "type": record["type"],
                "name": record["name"],
                "content": joined(record["type"], record["content"], record.get("prio")),
                "ttl": int(record["ttl"]),
            }
            for record in self._post(f"/dns/retrieve/{self.domain}")["records"]
        ]

    def add(self, change: Change) -> None:
        """One record."""
        content, priority = beside(change.type, change.value)
        body = {
            "type": change.type,
            "name": below(change.name, zone=self.domain),
            "content": content,
            "prio": str(priority),
            "ttl": str(self._ttl_of(change.ttl)),
        }
        self._post(f"/dns/create/{self.domain}", body)

    def remove(self, entry: Entry) -> None:
        """One record."""
        self._post(f"/dns/delete/{self.domain}/{entry['id']}")

    def _request(
        self, action: str = "GET", url: str = "/", data: Any = None, query_params: Any = None
    ) -> Any:
        # Not dns-lexicon's: it tries again for a minute.
        self.before()
        response = bounded.request(
            action,
            f"{self.api_endpoint}{url}",
            params=query_params,
            data=json.dumps({**(data or {}), **self._auth_data}),
            headers={"Content-Type": "application/json"},
        )
        response.raise_for_status()
        said = response.json()
        if said["status"] != "SUCCESS":
            raise ZoneRefused(self.code_of(response))
        return said
