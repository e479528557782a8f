"""Hetzner, the zones of its Cloud API v1 (not those of konsoleH or Robot)."""

import time
from collections import Counter

from lexicon._private.providers import hetzner
from lexicon.config import ConfigResolver

from mailcore.protocol.dns_zone import Change, Place
from mailcore.zones.adapters.providers import bounded
from mailcore.zones.adapters.providers.dialects.dialect import Dialect, Entry, Json
from mailcore.zones.adapters.providers.values import below, full, read, written
from mailcore.zones.ports import ZoneRefused

bounded.bind(hetzner)
#: Seconds between questions whether a change is made: it takes less than one.
_PAUSE = 0.2


class Hetzner(Dialect, hetzner.HetznerCloud):  # type: ignore[misc]
    """Record sets that take and give up single values; each change is an action to wait for."""

    endpoint_name = "API_ENDPOINT"

    def __init__(self, config: ConfigResolver) -> None:
        super().__init__(config)
        self._held: Counter[Place] = Counter()
        self._default_ttl = self.ttl

    def authenticate(self) -> None:
        """Find the zone."""
        zone = self._get(f"/{self.domain}")["zone"]
        self.domain_id, self._default_ttl = zone["id"], zone["ttl"]

    def entries(self) -> list[Entry]:
        """All of the zone; what takes a value away is the value as they write it."""
        found: list[Entry] = []
        page: int | None = 1
        while page is not None:
            said = self._get(f"/{self.domain_id}/rrsets", {"page": page, "per_page": 50})
            for held in said["rrsets"]:
                found += self._entries_of(held)
            page = said["meta"]["pagination"]["next_page"]
        self._held = Counter((entry["name"], entry["type"]) for entry in found)
        return found

    def _entries_of(self, held: Json) -> list[Entry]:
        name = full(held["name"], zone=self.domain)
        return [
            {
                "id": record["value"],
                "type": held["type"],
                "name": name,
                "content": read(held["type"], record["value"], zone=self.domain),
                "ttl": held["ttl"] or self._default_ttl,
            }
            for record in held["records"]
        ]

    def add(self, change: Change) -> None:
        """One value more; a set that is there keeps its TTL."""
        body: Json = {"records": [{"value": written(change.type, change.value)}]}
        if not self._held[change.place]:
            body["ttl"] = self._ttl_of(change.ttl)
        self._act(change.place, "add_records", body)
        self._held[change.place] += 1

    def remove(self, entry: Entry) -> None:
        """One value less; with the last one the set goes."""
        place = (entry["name"], entry["type"])
        self._act(place, "remove_records", {"records": [{"value": entry["id"]}]})
        self._held[place] -= 1

    def _act(self, place: Place, verb: str, body: Json) -> None:
        name, kind = below(place[0], zone=self.domain) or "@", place[1]
        url = f"/{self.domain_id}/rrsets/{name}/{kind}/actions/{verb}"
        action = self._post(url, body)["action"]
        while action["status"] == "running":
            time.sleep(_PAUSE)
            action = self._get(f"/actions/{action['id']}")["action"]
        if action["status"] != "success":
            raise ZoneRefused("provider.refused")
