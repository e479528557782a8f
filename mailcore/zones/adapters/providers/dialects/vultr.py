"""Vultr, API v2."""

import httpx
from lexicon._private.providers import vultr

from mailcore.protocol.dns_zone import Change
from mailcore.zones.adapters.providers import bounded
from mailcore.zones.adapters.providers.dialects.dialect import Dialect, Entry, said_in
from mailcore.zones.adapters.providers.values import below, beside, full, joined
from mailcore.zones.ports import ZoneRefused

bounded.bind(vultr)


class Vultr(Dialect, vultr.Provider):  # type: ignore[misc]
    """Names below the zone, the priority beside; a text is one quoted string however long."""

    shortest_ttl = 120

    @classmethod
    def code_of(cls, response: httpx.Response) -> str:
        """A key that is not for this address is told by words only."""
        is_unknown = response.status_code == httpx.codes.UNAUTHORIZED
        if is_unknown and "ip address" in str(said_in(response).get("error", "")).lower():
            return "provider.no_right"
        return super().code_of(response)

    def authenticate(self) -> None:
        """Find the zone."""
        self.domain_id = self._get(f"/domains/{self.domain}")["domain"]["domain"]

    def entries(self) -> list[Entry]:
        """All of the zone."""
        found: list[Entry] = []
        cursor: str | None = None
        while cursor != "":
            said = self._get(self._records(), {"per_page": 500, "cursor": cursor})
            found += [
                {
                    "id": record["id"],
                    "type": record["type"],
                    "name": full(record["name"], zone=self.domain),
                    "content": joined(record["type"], record["data"], record.get("priority")),
                    "ttl": record["ttl"],
                }
                for record in said["records"]
            ]
            cursor = said["meta"]["links"]["next"]
        return found

    def add(self, change: Change) -> None:
        """One record; raises ZoneRefused for a text with quotation marks, which they do not take."""
        data, priority = beside(change.type, change.value)
        if change.type == "TXT" and {'"', "\\"} & set(data):
            raise ZoneRefused("provider.unsupported_record")
        body = {
            "type": change.type,
            "name": below(change.name, zone=self.domain),
            "data": f'"{data}"' if change.type == "TXT" else data,
            "priority": priority,
            "ttl": self._ttl_of(change.ttl),
        }
        self._post(self._records(), body)

    def remove(self, entry: Entry) -> None:
        """One record."""
        self._delete(f"{self._records()}/{entry['id']}")

    def _records(self) -> str:
        return f"/domains/{self.domain_id}/records"
