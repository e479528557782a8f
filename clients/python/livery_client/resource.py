"""What every resource of the client shares."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from livery_client.transport import Transport
from livery_client.unset import UNSET


class Resource:
    """Some operations of the API, one method each."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _send(
        self,
        method: str,
        path: str,
        *,
        parts: Mapping[str, str | int] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Any:
        """One request; of the body what is UNSET, of the rest what is None, is not sent."""
        escaped = {name: quote(str(value), safe="") for name, value in (parts or {}).items()}
        sent = {name: value for name, value in (headers or {}).items() if value is not None}
        stated = (
            None
            if body is None
            else {name: value for name, value in body.items() if value is not UNSET}
        )
        place = path.format(**escaped)
        return self._transport.send(method, place, query=query, body=stated, headers=sent)

    def _each(
        self, path: str, *, parts: Mapping[str, str | int] | None = None, query: Mapping[str, Any]
    ) -> Iterator[Any]:
        """Every row of every page, asked for as they are needed."""
        cursor = query.get("cursor")
        while True:
            page = self._send("GET", path, parts=parts, query={**query, "cursor": cursor})
            yield from page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return
