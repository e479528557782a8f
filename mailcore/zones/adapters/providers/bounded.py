"""What dns-lexicon's providers take for `requests`: the same few calls, bounded.

They ask without a time limit, follow redirections and read whatever comes; a worker must not.
"""

import json as json_format
from collections.abc import Mapping
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import ModuleType, SimpleNamespace
from typing import Any

import httpx

#: Seconds for one request; bytes of an answer: a zone of some ten thousand records.
_TIMEOUT = 8.0
_LARGEST = 8_000_000

#: The names under which a provider's code looks for what a refused request raises.
exceptions = SimpleNamespace(
    HTTPError=httpx.HTTPStatusError, JSONDecodeError=json_format.JSONDecodeError
)


def request(
    method: str,
    url: str,
    *,
    params: Mapping[str, Any] | None = None,
    data: str | None = None,
    json: Any = None,
    headers: Mapping[str, str] | None = None,
    **_unused: None,
) -> httpx.Response:
    """One request, without redirections; raises httpx.TransportError."""
    response = _client().send(
        _built(method, url, params=params, content=data, json=json, headers=headers), stream=True
    )
    try:
        return _read(response)
    finally:
        response.close()


class Session:
    """What a provider keeps its connection with: here all share one."""

    def get(self, url: str) -> httpx.Response:
        """One request; raises httpx.TransportError and httpx.HTTPStatusError."""
        return request("GET", url).raise_for_status()

    def prepare_request(self, asked: SimpleNamespace) -> SimpleNamespace:
        """The address as it will be asked, for those that sign it."""
        return SimpleNamespace(url=str(_built(asked.method, asked.url, params=asked.params).url))

    def request(self, *, method: str, url: str, **given: Any) -> httpx.Response:
        """One request; raises httpx.TransportError."""
        return request(method, url, **given)


def _request_to_be(method: str, url: str, **given: Any) -> SimpleNamespace:
    return SimpleNamespace(method=method, url=url, params=given.get("params"))


def _built(
    method: str, url: str, *, params: Mapping[str, Any] | None = None, **given: Any
) -> httpx.Request:
    # An empty mapping would take away what stands behind the question mark of a page's address.
    said = {name: value for name, value in (params or {}).items() if value is not None} or None
    return _client().build_request(method, url, params=said, **given)


@cache
def _client() -> httpx.Client:
    """One for the process: the system's authorities take longer to read than a request."""
    # The process asks for many customers: no cookie of one may go with the next one's request.
    none = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx.Client(timeout=_TIMEOUT, follow_redirects=False, trust_env=False, cookies=none)


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


def bind(*modules: ModuleType) -> None:
    """Let the providers' modules ask through here."""
    for module in modules:
        vars(module)["requests"] = SimpleNamespace(
            request=request,
            exceptions=exceptions,
            HTTPError=exceptions.HTTPError,
            Session=Session,
            Request=_request_to_be,
        )
