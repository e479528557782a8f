"""Linode (Akamai), API v4."""

import httpx
from lexicon._private.providers import linode
from lexicon.exceptions import AuthenticationError

from mailcore.protocol.dns_zone import Change
from mailcore.zones.adapters.providers import bounded
from mailcore.zones.adapters.providers.dialects.dialect import Dialect, Entry, Json, said_in
from mailcore.zones.adapters.providers.values import below, beside, full, joined

bounded.bind(linode)


class Linode(Dialect, linode.Provider):  # type: ignore[misc]
    """Names below the zone, values as they are; the priority stands beside."""

    shortest_ttl = 300

    def authenticate(self) -> None:
        """Find the zone: by its whole name, whatever the filter lets through."""
        zones = self._get("domains", {"filter": {"domain": self.domain}})["data"]
        found = [zone["id"] for zone in zones if zone["domain"].lower() == self.domain]
        if not found:
            raise AuthenticationError("no such zone")
        self.domain_id = found[0]

    @classmethod
    def code_of(cls, response: httpx.Response) -> str:
        """A token without the scope is told by words only."""
        reasons = [str(one) for one in said_in(response).get("errors") or ()]
        if response.status_code == httpx.codes.UNAUTHORIZED and "not authorized" in str(reasons):
            return "provider.no_right"
        return super().code_of(response)

    def entries(self) -> list[Entry]:
        """All of the zone."""
        found: list[Entry] = []
        page, pages = 1, 1
        while page <= pages:
            said = self._get(self._records(), {"page": page, "page_size": 500})
            found += [self._entry(record) for record in said["data"]]
            page, pages = page + 1, said["pages"]
        return found

    def _entry(self, record: Json) -> Entry:
        content = record["target"]
        if record["type"] == "SRV":
            content = f"{record['weight']} {record['port']} {content}"
        return {
            "id": record["id"],
            "type": record["type"],
            "name": full(record["name"], zone=self.domain),
            "content": joined(record["type"], content, record.get("priority")),
            "ttl": record["ttl_sec"] or self.ttl,
        }

    def add(self, change: Change) -> None:
        """One record."""
        target, priority = beside(change.type, change.value)
        body = {
            "type": change.type,
            "name": below(change.name, zone=self.domain),
            "target": target,
            "priority": priority,
            "ttl_sec": self._ttl_of(change.ttl),
        }
        self._post(self._records(), body)

    def remove(self, entry: Entry) -> None:
        """One record."""
        self._delete(f"{self._records()}/{entry['id']}")

    def _records(self) -> str:
        return f"domains/{self.domain_id}/records"
