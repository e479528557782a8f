"""Two providers' interfaces as they document them, over one zone each, on this machine.

Cloudflare (API v4, `/zones` and `/zones/{id}/dns_records`): a mail exchanger's priority and a
service's numbers stand beside the content, an identical record is refused with error 81058, a
record beside an alias with 81053, and pages hold what `per_page` says. DigitalOcean (API v2,
`/domains/{name}/records`): the zone is `@`, hosts are written with a dot and read without, pages are
links.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TOKEN = "t0ken-of-a-test"
ZONE = "shop.test"
PAGE = 5


@dataclass(slots=True, kw_only=True)
class Account:
    """What a provider holds, and how it fails: (method, status, headers) for the next requests."""

    records: dict[str, dict] = field(default_factory=dict)
    failures: list[tuple[str, int, dict]] = field(default_factory=list)
    after: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    number: int = 0
    url: str = ""

    def add(self, record: dict) -> dict:
        self.number += 1
        self.records[str(self.number)] = made = {**record, "id": self.number}
        return made


class _Handler(BaseHTTPRequestHandler):
    account: Account

    def log_message(self, *_: object) -> None:
        """Tests read facts, not logs."""

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or "{}")
        parts = urlsplit(self.path)
        self.account.asked.append((self.command, parts.path))
        status, answer, headers = self._failure() or (
            *self.said(parts.path, parse_qs(parts.query), body), {},
        )  # fmt: skip
        raw = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _failure(self) -> tuple[int, dict, dict] | None:
        account = self.account
        if not account.failures or account.failures[0][0] != self.command:
            return None
        if account.after:
            account.after -= 1
            return None
        _, status, headers = account.failures.pop(0)
        return status, {"success": False, "errors": [{"code": 10000, "message": "no"}]}, headers

    def said(self, path: str, query: dict, body: dict) -> tuple[int, dict]:
        raise NotImplementedError

    def is_known(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {TOKEN}"


class Cloudflare(_Handler):
    """`/client/v4`."""

    def said(self, path: str, query: dict, body: dict) -> tuple[int, dict]:
        if not self.is_known():
            return 403, {"success": False, "errors": [{"code": 9109, "message": "Invalid token"}]}
        if path == "/client/v4/zones":
            return 200, self._page([{"id": "z1", "name": ZONE}], 1, 100)
        if self.command == "DELETE":
            self.account.records.pop(path.rpartition("/")[2])
            return 200, {"success": True, "result": {"id": "gone"}}
        if self.command == "POST":
            return self._create(body)
        number = int(query.get("page", ["1"])[0])
        return 200, self._page(list(self.account.records.values()), number, PAGE)

    def _create(self, body: dict) -> tuple[int, dict]:
        beside = [r for r in self.account.records.values() if r["name"] == body["name"]]
        if any("CNAME" in {r["type"], body["type"]} for r in beside if r != body):
            return 400, {
                "success": False,
                "errors": [{"code": 81053, "message": "beside an alias"}],
            }
        made = {k: body[k] for k in ("type", "name", "ttl")} | {"content": body.get("content")}
        if body["type"] == "TXT":
            assert body["content"].startswith('"'), "TXT content consists of quoted strings"
        if body["type"] == "MX":
            made["priority"] = body["priority"] + 0
            assert " " not in body["content"]
        if body["type"] == "SRV":
            data = made["data"] = body["data"]
            made["content"] = f"{data['weight']}\t{data['port']}\t{data['target']}"
            made["priority"] = data["priority"] + 0
        if any({**r, "id": 0} == {**made, "id": 0} for r in self.account.records.values()):
            return 400, {"success": False, "errors": [{"code": 81058, "message": "identical"}]}
        return 200, {"success": True, "result": self.account.add(made)}

    def _page(self, rows: list, number: int, size: int) -> dict:
        pages = max(1, -(-len(rows) // size))
        info = {"page": number, "per_page": size, "total_pages": pages, "total_count": len(rows)}
        shown = rows[(number - 1) * size : number * size]
        return {"success": True, "result": shown, "result_info": info}


class DigitalOcean(_Handler):
    """`/v2`."""

    def said(self, path: str, query: dict, body: dict) -> tuple[int, dict]:
        if not self.is_known():
            return 401, {"id": "Unauthorized", "message": "Unable to authenticate you"}
        if not path.startswith(f"/v2/domains/{ZONE}"):
            return 404, {"id": "not_found", "message": "The resource was not found"}
        if path == f"/v2/domains/{ZONE}":
            return 200, {"domain": {"name": ZONE, "ttl": 1800}}
        if self.command == "DELETE":
            self.account.records.pop(path.rpartition("/")[2])
            return 204, {}
        if self.command == "POST":
            assert body["name"], "the zone itself is @"
            made = {
                k: body.get(k)
                for k in ("type", "name", "data", "priority", "port", "weight", "ttl")
            }
            if body["type"] in {"MX", "SRV", "CNAME"}:
                assert made["data"].endswith(".")
                made["data"] = made["data"].rstrip(".")
            if body["type"] in {"MX", "SRV"}:
                assert isinstance(made["priority"], int)
            return 201, {"domain_record": self.account.add(made)}
        number = int(query.get("page", ["1"])[0])
        rows = list(self.account.records.values())
        shown = rows[(number - 1) * PAGE : number * PAGE]
        here = f"{self.account.url}/domains/{ZONE}/records"
        more = {"pages": {"next": f"{here}?page={number + 1}"}} if len(rows) > number * PAGE else {}
        return 200, {"domain_records": shown, "links": more, "meta": {"total": len(rows)}}


BASES = {"cloudflare": (Cloudflare, "/client/v4"), "digitalocean": (DigitalOcean, "/v2")}


@contextmanager
def serve(provider: str) -> Iterator[Account]:
    """The provider at a port of its own, with an empty zone."""
    handler, base = BASES[provider]
    account = Account()
    bound = type("Bound", (handler,), {"account": account})
    server = ThreadingHTTPServer(("127.77.199.8", 0), bound)
    account.url = f"http://127.77.199.8:{server.server_port}{base}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield account
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
