"""What every provider's fake has: an account with one zone, and ways to fail."""

import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

ZONE = "shop.test"
PAGE = 5
Said = tuple[int, Any]


@dataclass(slots=True, kw_only=True)
class Account:
    """What a provider holds, and how it fails: (read or write, status, headers) for the next ones.

    `after` so many of them go well before; without `rights` everything is forbidden.
    """

    records: dict[str, dict] = field(default_factory=dict)
    failures: list[tuple[str, int, dict]] = field(default_factory=list)
    after: int = 0
    rights: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    number: int = 0
    url: str = ""

    def add(self, record: dict) -> dict:
        self.number += 1
        self.records[str(self.number)] = made = {**record, "id": self.number}
        return made

    def rows(self) -> list[dict]:
        return list(self.records.values())


class Provider(BaseHTTPRequestHandler):
    """`base` is the path of its address; `fields` are those of a key that it takes."""

    account: Account
    base: ClassVar[str] = ""
    fields: ClassVar[dict[str, str]] = {"auth_token": "t0ken-of-a-test"}
    #: What it says of an unknown key, and of one that lacks the right.
    unknown: ClassVar[Said] = (401, {"message": "unknown"})
    forbidden: ClassVar[Said] = (403, {"message": "forbidden"})
    not_found: ClassVar[Said] = (404, {"message": "not found"})

    def log_message(self, *_: object) -> None:
        """Tests read facts, not logs."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.raw = self.rfile.read(length)
        body = json.loads(self.raw or "{}")
        parts = urlsplit(self.path)
        self.account.asked.append((self.command, parts.path))
        self.account.cookies += self.headers.get_all("Cookie") or []
        status, answer, headers = self._failure(parts.path, body) or (
            *self._said(parts.path, parse_qs(parts.query, keep_blank_values=True), body), {},
        )  # fmt: skip
        raw = json.dumps(answer).encode()
        if headers.get("Content-Type") == "text/html":
            raw = b"<p>a page for people</p>"
        self.send_response(status)
        said = {"Content-Type": "application/json", "Set-Cookie": "customer=first; Path=/"}
        for name, value in {**said, **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815

    def _failure(self, path: str, body: dict) -> tuple[int, dict, dict] | None:
        account = self.account
        kind = "write" if self.is_write(path, body) else "read"
        if not account.failures or account.failures[0][0] != kind:
            return None
        if account.after:
            account.after -= 1
            return None
        _, status, headers = account.failures.pop(0)
        return status, {"success": False, "errors": [{"code": 10000, "message": "no"}]}, headers

    def _said(self, path: str, query: dict, body: dict) -> Said:
        if not self.is_known(body):
            return self.unknown
        if not self.account.rights:
            return self.forbidden
        return self.said(path.removeprefix(self.base), query, body)

    def is_write(self, path: str, body: dict) -> bool:
        return self.command != "GET"

    def is_known(self, body: dict) -> bool:
        return self.headers.get("Authorization") == f"Bearer {self.fields['auth_token']}"

    def said(self, path: str, query: dict, body: dict) -> Said:
        raise NotImplementedError

    def page(self, rows: list, query: dict) -> tuple[list, int, int]:
        """The rows of a page, its number, and how many there are."""
        number = int(query.get("page", ["1"])[0])
        return rows[(number - 1) * PAGE : number * PAGE], number, max(1, -(-len(rows) // PAGE))

    def gone(self, path: str) -> bool:
        return self.account.records.pop(path.rpartition("/")[2], None) is not None
