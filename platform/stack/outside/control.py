"""The control API of the outside world: JSON over HTTP on a loopback address, bounded in size."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qs, urlsplit

from stack.outside.behaviours import BehaviourError, Behaviours
from stack.outside.identity import Identity
from stack.outside.registrar import Registrar, RegistrarError
from stack.outside.store import Store

MAX_REQUEST = 2 * 1024 * 1024
MAX_LISTED = 1000
DEFAULT_LISTED = 100

Answer = tuple[int, dict[str, Any]]


class RequestError(ValueError):
    """A request that makes no sense; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the control API works on."""

    store: Store
    behaviours: Behaviours
    registrar: Registrar
    identity: Identity

    def health(self, _query: dict[str, str]) -> Answer:
        """GET /healthz."""
        return 200, {"ok": True}

    def messages(self, query: dict[str, str]) -> Answer:
        """GET /messages?recipient=&after=&limit=&raw=0."""
        found = self.store.messages(
            recipient=query.get("recipient"), after=_number(query, "after", 0), limit=_limit(query)
        )
        with_raw = query.get("raw") != "0"
        return 200, {"messages": [message.as_json(with_raw=with_raw) for message in found]}

    def attempts(self, query: dict[str, str]) -> Answer:
        """GET /attempts?recipient=&after=&limit=."""
        found = self.store.attempts(
            recipient=query.get("recipient"), after=_number(query, "after", 0), limit=_limit(query)
        )
        return 200, {"attempts": [asdict(attempt) for attempt in found]}

    def behave(self, body: dict[str, Any]) -> Answer:
        """POST /behaviours."""
        return 201, {"id": self.behaviours.add(body).id}

    def register(self, body: dict[str, Any]) -> Answer:
        """POST /zones."""
        self.registrar.register(_text(body, "name"))
        return 201, {"name": body["name"]}

    def sign(self, body: dict[str, Any]) -> Answer:
        """POST /sign: the message (Latin-1 text) with the outside domain's DKIM signature."""
        signed = self.identity.sign(_text(body, "raw").encode("latin-1"))
        return 200, {"raw": signed.decode("latin-1")}

    def remove(self, path: str) -> Answer:
        """DELETE /behaviours, /behaviours/ID or /zones/NAME."""
        kind, _, name = path.strip("/").partition("/")
        if kind == "behaviours" and not name:
            return 200, {"removed": self.behaviours.clear()}
        if kind == "behaviours" and name.isdigit():
            return 200, {"removed": self.behaviours.clear(int(name))}
        if kind == "zones" and name:
            self.registrar.release(name)
            return 200, {"name": name}
        return 404, {"error": f"nothing at {path}"}


def _number(query: dict[str, str], name: str, default: int) -> int:
    value = query.get(name, str(default))
    if not value.isdigit():
        raise RequestError(f"{name} is a whole number")
    return int(value)


def _limit(query: dict[str, str]) -> int:
    return min(_number(query, "limit", DEFAULT_LISTED), MAX_LISTED)


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise RequestError(f"{name} is a text")
    return value


class Handler(BaseHTTPRequestHandler):
    """Routes of the control API; `desk` is set on a subclass by `control_server`."""

    desk: Desk
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        """Read lists."""
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        routes: dict[str, Callable[[dict[str, str]], Answer]] = {
            "/messages": self.desk.messages,
            "/attempts": self.desk.attempts,
            "/healthz": self.desk.health,
        }
        act: Callable[[dict[str, str]], Answer] = routes.get(parts.path, self._nothing)
        self._answer(lambda: act(query))

    def do_POST(self) -> None:
        """Make something."""
        routes: dict[str, Callable[[dict[str, Any]], Answer]] = {
            "/behaviours": self.desk.behave,
            "/zones": self.desk.register,
            "/sign": self.desk.sign,
        }
        act = routes.get(self.path, self._nothing)
        self._answer(lambda: act(self._body()))

    def do_DELETE(self) -> None:
        """Remove something."""
        self._answer(lambda: self.desk.remove(self.path))

    def _nothing(self, _given: dict[str, Any]) -> Answer:
        return 404, {"error": f"nothing at {self.path}"}

    def _body(self) -> dict[str, Any]:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_REQUEST:
            self.close_connection = True
            raise RequestError(f"a body of at most {MAX_REQUEST} bytes with its Content-Length")
        body = json.loads(self.rfile.read(int(length)))
        if not isinstance(body, dict):
            raise RequestError("the body is a JSON object")
        return body

    def _answer(self, act: Callable[[], Answer]) -> None:
        try:
            status, content = act()
        except RegistrarError as error:
            status, content = (422 if error.wrong_name else 502), {"error": str(error)}
        except (BehaviourError, RequestError, ValueError) as error:
            status, content = 400, {"error": str(error)}
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class calls it so
        """Keep quiet: polling clients would fill the log."""


def control_server(desk: Desk, *, address: str, port: int) -> ThreadingHTTPServer:
    """Bind the control API; ValueError for an address that is not loopback."""
    if not ip_address(address).is_loopback:
        raise ValueError(f"the control API never leaves the machine: {address}")
    handler = type("BoundHandler", (Handler,), {"desk": desk})
    return ThreadingHTTPServer((address, port), handler)
