"""The outside world as its clients use it: read what arrived, tell it to misbehave, buy zones, send mail in."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from stack.client.endpoints import Endpoints
from stack.client.mailbox import parse
from stack.client.smtp import Reply, open_session, transfer
from stack.client.waiting import PATIENCE, wait_for


class OutsideError(Exception):
    """The control API refused; the text is its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One message that the outside MX took, with its verdicts."""

    id: int
    raw: bytes
    facts: dict[str, Any]

    @property
    def subject(self) -> str:
        """The decoded subject."""
        return str(parse(self.raw)["Subject"] or "")

    @property
    def text(self) -> str:
        """The plain text part, or an empty text."""
        part = parse(self.raw).get_body(("plain",))
        return str(part.get_content()) if part is not None else ""

    @property
    def html(self) -> str:
        """The HTML part, or an empty text."""
        part = parse(self.raw).get_body(("html",))
        return str(part.get_content()) if part is not None else ""

    @property
    def verdict_line(self) -> str:
        """SPF, each DKIM signature and DMARC in one line."""
        signatures = ", ".join(
            f"{one['algorithm']} {one['result']} ({one['domain']})" for one in self.facts["dkim"]
        )
        return (
            f"SPF {self.facts['spf']}; DKIM {signatures or 'none'}; "
            f"DMARC {self.facts['dmarc']['result']}"
        )

    def is_authentic(self, domain: str) -> bool:
        """Whether SPF, an RSA and an Ed25519 signature of DOMAIN and DMARC all pass."""
        passed = {
            one["algorithm"]
            for one in self.facts["dkim"]
            if one["result"] == "pass" and one["domain"].lower() == domain.lower()
        }
        return (
            self.facts["spf"] == "pass"
            and {"rsa-sha256", "ed25519-sha256"} <= passed
            and self.facts["dmarc"]["result"] == "pass"
            and self.facts["dmarc"]["aligned_dkim"]
        )


class OutsideClient:
    """Drives the outside world of one stack."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints
        self._base = endpoints.url("outside_control")

    def messages(self, recipient: str, *, after: int = 0, limit: int = 100) -> list[Arrived]:
        """Return what arrived for a recipient, oldest first."""
        found = self._list("messages", recipient=recipient, after=after, limit=limit)
        return [
            Arrived(id=one["id"], raw=one.pop("raw").encode("latin-1"), facts=one) for one in found
        ]

    def wait_message(self, recipient: str, *, subject: str, seconds: float = PATIENCE) -> Arrived:
        """Wait for a message to RECIPIENT whose subject contains SUBJECT."""
        return wait_for(
            lambda: next((m for m in self.messages(recipient) if subject in m.subject), None),
            what=f"message for {recipient} with subject {subject!r} at the outside MX",
            seconds=seconds,
        )

    def attempts(self, recipient: str, *, after: int = 0) -> list[dict[str, Any]]:
        """Return every RCPT seen for a recipient with the answer given, oldest first."""
        return self._list("attempts", recipient=recipient, after=after, limit=1000)

    def misbehave(self, recipient: str, **behaviour: str | float | bool | None) -> int:
        """Add a behaviour (phase, reply, delay, drop, times) and return its id."""
        made = self._call("POST", "/behaviours", {"recipient": recipient, **behaviour})
        return int(made["id"])

    def behave(self, identity: int | None = None) -> None:
        """Remove one behaviour, or all."""
        self._call("DELETE", f"/behaviours/{identity}" if identity else "/behaviours")

    def buy_zone(self, name: str) -> None:
        """Make a zone `NAME` (a direct child of test.) with its delegation."""
        self._call("POST", "/zones", {"name": name})

    def drop_zone(self, name: str) -> None:
        """Remove a zone and its delegation."""
        self._call("DELETE", f"/zones/{quote(name)}")

    def sign(self, raw: bytes) -> bytes:
        """Return the message with the outside domain's DKIM signature."""
        signed = self._call("POST", "/sign", {"raw": raw.decode("latin-1")})
        return str(signed["raw"]).encode("latin-1")

    def send(self, *, sender: str, recipient: str, message: bytes, signed: bool = True) -> Reply:
        """Send one message to the stack's MX from the outside client's address; return the deciding reply."""
        mx = self._endpoints.service("smtp_mx")
        source = str(self._endpoints.raw["outside"]["client_address"])
        content = self.sign(message) if signed else message
        with open_session(
            mx, source=source, helo=f"mx.{self._endpoints.outside_domain}"
        ) as session:
            return transfer(session, sender=sender, recipient=recipient, message=content)

    def _list(self, kind: str, **query: str | int) -> list[dict[str, Any]]:
        found = self._call("GET", f"/{kind}?{urlencode(query)}")
        return list(found[kind])

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310  # the address comes from our own endpoints
            self._base + path,
            data=json.dumps(body).encode() if body is not None else None,
            method=method,
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310  # the same
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            text = error.read(2000).decode("utf-8", "replace")
            raise OutsideError(f"{method} {path}: {error.code} {text}") from error
