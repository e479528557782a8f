"""IONOS, the DNS API v1 of its hosting (not that of its cloud)."""

from lexicon._private.providers import ionos
from lexicon.config import ConfigResolver
from lexicon.exceptions import AuthenticationError

from mailcore.protocol.dns_zone import Change
from mailcore.zones.adapters.providers import bounded
from mailcore.zones.adapters.providers.dialects.dialect import Dialect, Entry
from mailcore.zones.adapters.providers.values import beside, joined

bounded.bind(ionos)


class Ionos(Dialect, ionos.Provider):  # type: ignore[misc]
    """Full names; the priority stands beside, texts are read in quotation marks."""

    def __init__(self, config: ConfigResolver) -> None:
        super().__init__(config)
        self.api_endpoint = ionos._ZONES_API

    def authenticate(self) -> None:
        """Find the zone."""
        zones = self._get(self.api_endpoint)
        found = [zone["id"] for zone in zones if zone["name"] == self.domain]
        if not found:
            raise AuthenticationError("no such zone")
        self.domain_id = found[0]

    def entries(self) -> list[Entry]:
        """All that the zone shows."""
        return [
            {
                "id": record["id"],
                "type": record["type"],
                "name": record["name"],
                "content": joined(record["type"], record["content"], record.get("prio")),
                "ttl": record["ttl"],
            }
            for record in self._get(f"{self.api_endpoint}/{self.domain_id}")["records"]
            if not record.get("disabled")
        ]

    def add(self, change: Change) -> None:
        """One record."""
        content, priority = beside(change.type, change.value)
        record = {
            "name": change.name,
            "type": change.type,
            "content": content,
            "ttl": self._ttl_of(change.ttl),
            "prio": priority,
            "disabled": False,
        }
        self._post(f"{self.api_endpoint}/{self.domain_id}/records", [record])

    def remove(self, entry: Entry) -> None:
        """One record."""
        self._delete(f"{self.api_endpoint}/{self.domain_id}/records/{entry['id']}")
