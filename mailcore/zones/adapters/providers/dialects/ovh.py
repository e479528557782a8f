"""OVHcloud, API 1.0."""

import time

import httpx
from lexicon._private.providers import ovh
from lexicon.exceptions import AuthenticationError

from mailcore.protocol.dns_zone import Change
from mailcore.zones.adapters.providers import bounded
from mailcore.zones.adapters.providers.dialects.dialect import Dialect, Entry, Json, said_in
from mailcore.zones.adapters.providers.values import below, full, read, written

bounded.bind(ovh)
#: Types of theirs that are TXT in DNS.
_TEXTS = frozenset({"DKIM", "DMARC", "SPF"})
_BAD_KEY = frozenset({"INVALID_CREDENTIAL", "INVALID_KEY", "INVALID_SIGNATURE", "NOT_CREDENTIAL"})


class Ovh(Dialect, ovh.Provider):  # type: ignore[misc]
    """Values as in a zone file, a request for each; what is written shows after a refresh."""

    endpoint_name = "endpoint_api"

    def authenticate(self) -> None:
        """Learn their time, which requests are signed with, and find the zone.

        Its status is not asked for: a zone that is not deployed is in the account, and is written.
        """
        self.before()
        self.session = bounded.Session()
        theirs = self.session.get(f"{self.endpoint_api}/auth/time").json()
        self.time_delta = theirs - int(time.time())
        if self.domain not in self._get("/domain/zone/"):
            raise AuthenticationError("no such zone")

    @classmethod
    def code_of(cls, response: httpx.Response) -> str:
        """By its own code: 403 says both that nobody knows a key and that it may not do this."""
        if said_in(response).get("errorCode") in _BAD_KEY:
            return "provider.bad_key"
        return super().code_of(response)

    def entries(self) -> list[Entry]:
        """Those at the names, since each record is a request."""
        found: dict[int, Entry] = {}
        for name in sorted(self.names):
            asked = {"subDomain": below(name, zone=self.domain)}
            for number in self._get(self._records(), asked):
                if number not in found:
                    found[number] = self._entry(self._get(f"{self._records()}/{number}"))
        return list(found.values())

    def _entry(self, record: Json) -> Entry:
        kind = "TXT" if record["fieldType"] in _TEXTS else record["fieldType"]
        return {
            "id": record["id"],
            "type": kind,
            "name": full(record["subDomain"] or "", zone=self.domain),
            "content": read(kind, record["target"], zone=self.domain),
            "ttl": record["ttl"] or self.ttl,
        }

    def add(self, change: Change) -> None:
        """One record, shown at once: a worker may be gone before the next."""
        body = {
            "fieldType": change.type,
            "subDomain": below(change.name, zone=self.domain),
            "target": written(change.type, change.value),
            "ttl": self._ttl_of(change.ttl),
        }
        self._post(self._records(), body)
        self._post(f"/domain/zone/{self.domain}/refresh")

    def remove(self, entry: Entry) -> None:
        """The same for one that goes."""
        self._delete(f"{self._records()}/{entry['id']}")
        self._post(f"/domain/zone/{self.domain}/refresh")

    def _records(self) -> str:
        return f"/domain/zone/{self.domain}/record"
