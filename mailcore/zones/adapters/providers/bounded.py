"""What dns-lexicon's providers take for `requests`: the same few calls, bounded.

They ask without a time limit, follow redirections and read whatever comes; a worker must not.
"""

from collections.abc import Mapping
from functools import cache
from types import ModuleType, SimpleNamespace
from typing import Any

import httpx

#: Seconds for one request; bytes of an answer: a zone of some ten thousand records.
_TIMEOUT = 8.0
_LARGEST = 8_000_000

#: The name under which a provider's code looks for what a refused request raises.
exceptions = SimpleNamespace(HTTPError=httpx.HTTPStatusError)


def request(
    method: str,
    url: str,
    *,
    params: Mapping[str, Any] | None = None,
    data: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    """One request, without redirections; raises httpx.TransportError."""
    client = _client()
    # An empty mapping would take away what stands behind the question mark of a page's address.
    asked = client.build_request(method, url, params=params or None, content=data, headers=headers)
    response = client.send(asked, stream=True)
    try:
        return _read(response)
    finally:
        response.close()


@cache
def _client() -> httpx.Client:
    """One for the process: the system's authorities take longer to read than a request."""
    return httpx.Client(timeout=_TIMEOUT, follow_redirects=False, trust_env=False)


def _read(response: httpx.Response) -> httpx.Response:
    body = b""
    for part in response.iter_bytes():
        body += part
        if len(body) > _LARGEST:
            raise httpx.ReadError("the answer is too long")
    headers = {k: v for k, v in response.headers.items() if k != "content-encoding"}
    return httpx.Response(
        response.status_code, headers=headers, content=body, request=response.request
    )


def bind(module: ModuleType) -> None:
    """Let the provider's module ask through here."""
    vars(module)["requests"] = SimpleNamespace(request=request, exceptions=exceptions)
