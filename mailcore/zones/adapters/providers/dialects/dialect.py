"""What is asked of every provider, and what dns-lexicon leaves open.

dns-lexicon passes a record's value through as it is and drops what stands beside it: the priority of
a mail exchanger, the numbers of a service. It asks for a whole zone before each record, too. It
keeps the addresses, the ways to prove who asks, and the request itself; the classes of this folder
write and read the records.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar, TypedDict

import httpx

from mailcore.protocol.dns_zone import Change

Json = dict[str, Any]
#: What a status says where a provider does not say more.
_STATUSES: Mapping[int, str] = {
    httpx.codes.UNAUTHORIZED: "provider.bad_key",
    httpx.codes.FORBIDDEN: "provider.no_right",
    httpx.codes.NOT_FOUND: "provider.not_zone",
    httpx.codes.LOCKED: "provider.rate_limited",
    httpx.codes.TOO_MANY_REQUESTS: "provider.rate_limited",
}


class Entry(TypedDict):
    """A record at a provider: its full name, its value as ours read, and what takes it away."""

    id: Any
    type: str
    name: str
    content: str
    ttl: int


class Dialect:
    """One zone of one account at one provider; every call raises what the request raised."""

    ttl: int = 3600
    #: Called before each request; raises when there is no time left.
    before: Callable[[], None] = staticmethod(lambda: None)
    #: What is asked about: where each record is a request of its own, no others are read.
    names: Collection[str] = ()
    shortest_ttl: ClassVar[int] = 60
    #: Where dns-lexicon keeps the address of the interface.
    endpoint_name: ClassVar[str] = "api_endpoint"

    def entries(self) -> list[Entry]:
        """The zone's records, those at `names` at least."""
        found: list[Entry] = self.list_records()  # type: ignore[attr-defined]
        return found

    def add(self, change: Change) -> None:
        """Write one record."""
        self.ttl = change.ttl
        self.create_record(change.type, change.name, change.value)  # type: ignore[attr-defined]

    def remove(self, entry: Entry) -> None:
        """Take one record away."""
        self.delete_record(identifier=entry["id"])  # type: ignore[attr-defined]

    @classmethod
    def code_of(cls, response: httpx.Response) -> str:
        """Why a request was refused, as a code of ours."""
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            return "provider.failed"
        return _STATUSES.get(response.status_code, "provider.refused")

    def _request(
        self, action: str = "GET", url: str = "/", data: Any = None, query_params: Any = None
    ) -> Any:
        self.before()
        try:
            return super()._request(action, url, data, query_params)  # type: ignore[misc]
        except Exception as error:
            # dns-lexicon raises the class itself for answers that it does not understand.
            if type(error) is Exception:
                raise ValueError("not what the provider documents") from error
            raise

    def _ttl_of(self, seconds: int) -> int:
        # 1 stands for “automatic” where a provider knows that.
        return seconds if seconds == 1 else max(seconds, self.shortest_ttl)


def said_in(response: httpx.Response) -> Json:
    """The object that a refusal consists of; empty when it is none."""
    try:
        said = response.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
