"""HTTP to one portal: the key, retries that repeat nothing twice, problems as exceptions."""

import ssl
import time
import uuid
from collections.abc import Mapping
from typing import Any

import httpx

from livery_client.errors import ApiError, Unreachable

_TRIES = 4
_LONGEST_WAIT = 30.0  # seconds
_PASSING = {429, 502, 503, 504}


class Transport:
    """Sends requests to `https://PORTAL/api/v1`.

    `address` connects there instead of to what the name resolves to (the certificate is still checked
    for the name); `ca_file` trusts that authority instead of the system's; `wire` is what carries the
    bytes, the network when it is not given.
    """

    def __init__(
        self,
        portal: str,
        key: str,
        *,
        address: str = "",
        ca_file: str = "",
        timeout: float = 30.0,
        wire: httpx.BaseTransport | None = None,
    ) -> None:
        self.portal = portal.removeprefix("https://").rstrip("/")
        name, _, port = self.portal.partition(":")
        self._host = name
        self._http = httpx.Client(
            base_url=f"https://{address or name}:{port or 443}/api/v1",
            headers={
                "Authorization": f"Bearer {key}",
                "Host": self.portal,
                "User-Agent": "livery-client/0.1",
            },
            verify=ssl.create_default_context(cafile=ca_file or None),
            timeout=timeout,
            transport=wire,
        )

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The answer's JSON (None when it has no body); raises ApiError and Unreachable.

        Every POST carries an Idempotency-Key, so that a try whose answer was lost can be repeated.
        """
        sent = dict(headers or {})
        if method == "POST":
            sent.setdefault("Idempotency-Key", str(uuid.uuid4()))
        given = {name: value for name, value in (query or {}).items() if value is not None}
        repeatable = method in {"GET", "POST", "PUT", "DELETE"}
        for attempt in range(1, _TRIES + 1):
            is_last = attempt == _TRIES or not repeatable
            try:
                answer = self._http.request(
                    method,
                    path,
                    params=given,
                    json=body,
                    headers=sent,
                    extensions={"sni_hostname": self._host},
                )
            except httpx.TransportError as error:
                if is_last:
                    raise Unreachable(f"{self.portal} does not answer: {error}") from error
                time.sleep(min(2.0**attempt / 4, _LONGEST_WAIT))
                continue
            if method == "DELETE" and answer.status_code == 404 and attempt > 1:
                return None  # an earlier try did it, and only its answer was lost
            if answer.status_code not in _PASSING or is_last:
                return _read(answer)
            time.sleep(_wait(answer, attempt))
        raise AssertionError("the last try returns or raises")


def _wait(answer: httpx.Response, attempt: int) -> float:
    """As long as the portal says, else longer each time; seconds."""
    said = answer.headers.get("Retry-After", "")
    return min(float(said) if said.isdigit() else 2.0**attempt / 4, _LONGEST_WAIT)


def _read(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json() if answer.content else None
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    raise ApiError(answer.status_code, problem if isinstance(problem, dict) else {})
