"""netcup, the JSON interface of its customer control panel."""

from typing import Any

from lexicon._private.providers import netcup

from mailcore.protocol.dns_zone import Change
from mailcore.zones.adapters.providers import bounded
from mailcore.zones.adapters.providers.dialects.dialect import Dialect, Entry, Json
from mailcore.zones.adapters.providers.values import below, beside, full, joined
from mailcore.zones.ports import ZoneBusy, ZoneRefused

bounded.bind(netcup)
#: Every answer is 200; what was asked says what a refusal means.
_REFUSED = {"login": "provider.bad_key", "infoDnsZone": "provider.not_zone"}
_LIMIT = "requests per minute"


class Netcup(Dialect, netcup.Provider):  # type: ignore[misc]
    """A session first; the zone's TTL is that of all records, the priority stands beside."""

    def entries(self) -> list[Entry]:
        """All of the zone."""
        return [
            {
                "id": record,
                "type": record["type"],
                "name": full(record["hostname"], zone=self.domain),
                "content": joined(record["type"], record["destination"], record.get("priority")),
                "ttl": int(self.zone_ttl),
            }
            for record in self._apicall("infoDnsRecords", domainname=self.domain)["dnsrecords"]
        ]

    def add(self, change: Change) -> None:
        """One record: those that are not named stay."""
        destination, priority = beside(change.type, change.value)
        self._write(
            {
                "hostname": below(change.name, zone=self.domain) or "@",
                "type": change.type,
                "priority": str(priority),
                "destination": destination,
            }
        )

    def remove(self, entry: Entry) -> None:
        """One record, named by all that it says."""
        self._write({**entry["id"], "deleterecord": True})

    def _write(self, record: Json) -> None:
        records = {"dnsrecords": [record]}
        self._apicall("updateDnsRecords", domainname=self.domain, dnsrecordset=records)

    def _apicall(self, method: str, **params: Any) -> Any:
        # Not dns-lexicon's: it raises with the provider's words for everything alike.
        proof = {
            "customernumber": self._get_provider_option("auth_customer_id"),
            "apikey": self._get_provider_option("auth_api_key"),
        }
        if method == "login":
            proof["apipassword"] = self._get_provider_option("auth_api_password")
        else:
            proof["apisessionid"] = self.api_session_id
        said = self._request("POST", "", {"action": method, "param": {**params, **proof}})
        if said["status"] != "success":
            if _LIMIT in str(said.get("longmessage")):
                raise ZoneBusy("provider.rate_limited")
            raise ZoneRefused(_REFUSED.get(method, "provider.refused"))
        return said["responsedata"]
