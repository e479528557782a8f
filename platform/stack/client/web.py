"""A small browser without a screen: named hosts over verified TLS, cookies per host, redirects, forms.

It connects to the address that the endpoints give for a host name and verifies the name against the stack's CA.
"""

import http.client
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from functools import cached_property
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from stack.client.endpoints import Endpoints
from stack.client.forms import Document, Form, read_document
from stack.client.tls import verifying_context

MAX_REDIRECTS = 8
MAX_BODY = 8 * 1024 * 1024


class WebError(AssertionError):
    """A page answered otherwise than a person would need; the text says what was seen."""


@dataclass(kw_only=True)
class Page:
    """One answer of a web server."""

    url: str
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @cached_property
    def document(self) -> Document:
        """The page's forms, links and texts."""
        return read_document(self.text)

    @property
    def json(self) -> dict[str, Any]:
        """The body as a JSON object; WebError when it is something else."""
        try:
            found = json.loads(self.body)
        except ValueError as error:
            raise WebError(f"{self.url} answered {self.status} without JSON") from error
        if not isinstance(found, dict):
            raise WebError(f"{self.url} answered {self.status} with JSON that is no object")
        return found

    def form_with(self, *names: str) -> Form:
        """Return the first form that has all the named fields; WebError names what the page has instead."""
        for form in self.document.forms:
            if all(name in form.fields or name in form.options for name in names):
                return form
        have = [sorted(form.fields) for form in self.document.forms]
        raise WebError(
            f"{self.url} ({self.status}) has no form with {', '.join(names) or 'fields'}; "
            f"it has {have}; it says: {self.document.text[:200]}"
        )

    def form_to(self, fragment: str) -> Form:
        """Return the first form whose action contains FRAGMENT."""
        for form in self.document.forms:
            if fragment in form.action:
                return form
        raise WebError(
            f"{self.url} has no form to {fragment!r}; it says: {self.document.text[:200]}"
        )

    def link_with(self, fragment: str) -> str:
        """Return the absolute address of the first link whose target contains FRAGMENT."""
        for target, _ in self.document.links:
            if fragment in target:
                return urljoin(self.url, target)
        raise WebError(
            f"{self.url} has no link to {fragment!r}; it says: {self.document.text[:200]}"
        )


class _NamedConnection(http.client.HTTPSConnection):
    """HTTPS to an address, verified as a name."""

    def __init__(self, *, host: str, address: str, port: int, ca_file: str) -> None:
        self._context_used = verifying_context(ca_file)
        super().__init__(host, port, timeout=120, context=self._context_used)
        self._address = address

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        try:
            self.sock = self._context_used.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


class Browser:
    """Keeps cookies per host as a browser does (`__Host-` cookies go only to their own host)."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints
        self._cookies: dict[str, dict[str, str]] = {}

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Page:
        """GET a page and follow its redirects."""
        return self._follow("GET", url, None, dict(headers or {}))

    def post(self, url: str, fields: Mapping[str, str], *, referer: str | None = None) -> Page:
        """POST fields as a form does and follow the redirect."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": "{0.scheme}://{0.netloc}".format(urlsplit(url)),
            "Referer": referer or url,
        }
        return self._follow("POST", url, urlencode(fields).encode(), headers)

    def submit(self, page: Page, form: Form, fields: Mapping[str, str] | None = None) -> Page:
        """Send a form of PAGE with some of its fields filled in, CSRF token and hidden fields as they came."""
        target = urljoin(page.url, form.action or page.url)
        values = {**form.fields, **(fields or {})}
        if form.method == "get":
            return self.get(f"{target.split('?', 1)[0]}?{urlencode(values)}")
        return self.post(target, values, referer=page.url)

    def carries(self, page: Page, text: str) -> bool:
        """Whether TEXT (in lower case) stands in the page or in a style sheet that it links to."""
        if text in page.text.lower():
            return True
        sheets = (self.get(urljoin(page.url, sheet)) for sheet in page.document.sheets)
        return any(sheet.status == 200 and text in sheet.text.lower() for sheet in sheets)

    def fill(self, url: str, fields: Mapping[str, str]) -> Page:
        """GET a page, fill the form that has these fields, send it and return what came."""
        page = self.get(url)
        return self.submit(page, page.form_with(*fields), fields)

    def cookie(self, host: str, name: str) -> str | None:
        """Return one cookie's value."""
        return self._cookies.get(host, {}).get(name)

    def request(
        self,
        method: str,
        url: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """Make one request without following anything."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        connection = self._connection(parts.scheme, host, parts.port)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = {
            "Accept": "text/html,application/json",
            "User-Agent": "livery-client",
            **(headers or {}),
        }
        if self._cookies.get(host):
            sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in self._cookies[host].items())
        try:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            content = answer.read(MAX_BODY)
            self._remember(host, answer.headers.get_all("Set-Cookie") or [])
            return Page(url=url, status=answer.status, headers=answer.headers, body=content)
        finally:
            connection.close()

    def _connection(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        if scheme == "http":
            service = self._endpoints.service("http")
            return http.client.HTTPConnection(service.address, port or service.port, timeout=120)
        return _NamedConnection(
            host=host,
            address=self._endpoints.address_of(host),
            port=port or self._endpoints.service("https").port,
            ca_file=self._endpoints.ca_file,
        )

    def _follow(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Page:
        for _ in range(MAX_REDIRECTS):
            page = self.request(method, url, body=body, headers=headers)
            target = page.headers.get("Location")
            if page.status not in (301, 302, 303, 307, 308) or not target:
                return page
            url = urljoin(url, target)
            if page.status not in (307, 308):
                method, body = "GET", None
                headers.pop("Content-Type", None)
        raise WebError(f"more than {MAX_REDIRECTS} redirects, the last to {url}")

    def _remember(self, host: str, lines: list[str]) -> None:
        jar = self._cookies.setdefault(host, {})
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0" or not morsel.value or morsel.value == "-del-":
                    jar.pop(name, None)
                else:
                    jar[name] = morsel.value
