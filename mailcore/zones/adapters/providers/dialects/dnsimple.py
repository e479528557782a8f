"""DNSimple, API v2."""

import httpx
from lexicon._private.providers import dnsimple
from lexicon.exceptions import AuthenticationError

from mailcore.protocol.dns_zone import Change
from mailcore.zones.adapters.providers import bounded
from mailcore.zones.adapters.providers.dialects.dialect import Dialect, Entry, Json
from mailcore.zones.adapters.providers.values import below, beside, full, joined, written

bounded.bind(dnsimple)
_PAGE = 100


class DNSimple(Dialect, dnsimple.Provider):  # type: ignore[misc]
    """Names below the zone, the priority beside, texts in quotation marks."""

    def authenticate(self) -> None:
        """Find the account that has the zone: by its whole name, not one like it."""
        for account in self._get("/accounts"):
            try:
                self._get(f"/{account['id']}/zones/{self.domain}")
            except httpx.HTTPStatusError as error:
                if error.response.status_code != httpx.codes.NOT_FOUND:
                    raise
                continue
            self.account_id = account["id"]
            return
        raise AuthenticationError("no such zone")

    def entries(self) -> list[Entry]:
        """All of the zone; a page that is not full is the last one."""
        found: list[Entry] = []
        page, held = 1, _PAGE
        while held == _PAGE:
            said = self._get(self._records(), {"page": page, "per_page": _PAGE})
            found += [self._entry(record) for record in said]
            page, held = page + 1, len(said)
        return found

    def _entry(self, record: Json) -> Entry:
        return {
            "id": record["id"],
            "type": record["type"],
            "name": full(record["name"], zone=self.domain),
            "content": joined(record["type"], record["content"], record.get("priority")),
            "ttl": record["ttl"],
        }

    def add(self, change: Change) -> None:
        """One record."""
        content, priority = beside(change.type, change.value)
        body: Json = {
            "type": change.type,
            "name": below(change.name, zone=self.domain),
            "content": written("TXT", content) if change.type == "TXT" else content,
            "ttl": self._ttl_of(change.ttl),
        }
        if change.type in {"MX", "SRV"}:
            body["priority"] = priority
        self._post(self._records(), body)

    def remove(self, entry: Entry) -> None:
        """One record."""
        self._delete(f"{self._records()}/{entry['id']}")

    def _records(self) -> str:
        return f"/{self.account_id}/zones/{self.domain}/records"
