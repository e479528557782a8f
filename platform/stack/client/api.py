"""The product's REST API as a stranger uses it: a key, JSON, Idempotency-Key, problems by their code."""

import json
from typing import Any

from stack.client.endpoints import Endpoints
from stack.client.web import Browser, Page, WebError


class ApiClient:
    """Calls below https://HOST/api/v1 with a bearer key."""

    def __init__(self, *, endpoints: Endpoints, host: str, key: str) -> None:
        self._browser = Browser(endpoints)
        self._base = f"https://{host}/api/v1"
        self.key = key

    def call(
        self,
        method: str,
        path: str,
        data: dict[str, Any] | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Page:
        """Make one call and return the answer, whatever its status."""
        headers = {"Authorization": f"Bearer {self.key}", "Accept": "application/json"}
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        body = None
        if data is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(data).encode()
        return self._browser.request(method, f"{self._base}{path}", body=body, headers=headers)

    def get(self, path: str) -> dict[str, Any]:
        """GET and return the JSON of a 2xx; WebError otherwise."""
        return _good(self.call("GET", path)).json

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """POST and return the JSON of a 2xx ({} when there is no body); WebError otherwise."""
        page = _good(self.call("POST", path, data or {}, idempotency_key=idempotency_key))
        return page.json if page.body.strip() else {}


def _good(page: Page) -> Page:
    if not 200 <= page.status < 300:
        raise WebError(f"{page.url} answered {page.status}: {page.text[:300]}")
    return page
