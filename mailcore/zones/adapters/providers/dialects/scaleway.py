"""Scaleway, Domains and DNS API v2beta1."""

from lexicon._private.providers import scaleway
from lexicon.exceptions import AuthenticationError

from mailcore.protocol.dns_zone import Change
from mailcore.zones.adapters.providers import bounded
from mailcore.zones.adapters.providers.dialects.dialect import Dialect, Entry, Json
from mailcore.zones.adapters.providers.values import below, full, read, written

bounded.bind(scaleway)
_PAGE = 100


class Scaleway(Dialect, scaleway.Provider):  # type: ignore[misc]
    """Values as in a zone file, texts as they are; a change that makes no zone by the way."""

    endpoint_name = "endpoint"

    def authenticate(self) -> None:
        """Find the zone: asking for the records of a stranger's is refused like a missing right."""
        said = self._get("/dns-zones", {"dns_zone": self.domain})["dns_zones"]
        if self.domain not in {full(zone["subdomain"], zone=zone["domain"]) for zone in said}:
            raise AuthenticationError("no such zone")
        self.domain_id = self.domain

    def entries(self) -> list[Entry]:
        """All of the zone; a page that is not full is the last one."""
        found: list[Entry] = []
        page, held = 1, _PAGE
        while held == _PAGE:
            said = self._get(self._records_url(), {"page": page, "page_size": _PAGE})["records"]
            found += [self._entry(record) for record in said]
            page, held = page + 1, len(said)
        return found

    def _entry(self, record: Json) -> Entry:
        return {
            "id": record["id"],
            "type": record["type"],
            "name": full(record["name"], zone=self.domain),
            "content": read(record["type"], record["data"], zone=self.domain),
            "ttl": record["ttl"],
        }

    def add(self, change: Change) -> None:
        """One record."""
        is_text = change.type == "TXT"
        record = {
            "name": below(change.name, zone=self.domain),
            "type": change.type,
            "data": change.value if is_text else written(change.type, change.value),
            "ttl": self._ttl_of(change.ttl),
        }
        self._change({"add": {"records": [record]}})

    def remove(self, entry: Entry) -> None:
        """One record."""
        self._change({"delete": {"id": entry["id"]}})

    def _change(self, change: Json) -> None:
        body = {
            "changes": [change],
            "return_all_records": False,
            "disallow_new_zone_creation": True,
        }
        self._patch(self._records_url(), body)
