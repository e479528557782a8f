"""What the outside world keeps: messages with their verdicts, and every attempt with the answer it got."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimVerdict:
    """The result of one signature: pass, fail, permerror or temperror (RFC 8601 §2.7.1)."""

    domain: str
    selector: str
    algorithm: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DmarcVerdict:
    """The result of RFC 7489 §6.6: pass, fail, none, temperror or permerror."""

    result: str
    policy: str | None
    aligned_spf: bool
    aligned_dkim: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """What the three checks said of one message; `spf` is a result word of RFC 7208 §2.6."""

    spf: str
    dkim: tuple[DkimVerdict, ...]
    dmarc: DmarcVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One message for one recipient as it came over the line."""

    id: int
    recipient: str
    sender: str
    client: str
    helo: str
    tls: bool
    received_at: float
    raw: bytes = field(repr=False)
    verdicts: Verdicts | None = None

    def as_json(self, *, with_raw: bool = True) -> dict[str, Any]:
        """Return the shape of the control API; `raw` is the message as Latin-1 text, byte for byte."""
        shown: dict[str, Any] = {
            "id": self.id,
            "recipient": self.recipient,
            "sender": self.sender,
            "client": self.client,
            "helo": self.helo,
            "tls": self.tls,
            "received_at": self.received_at,
            "size": len(self.raw),
        }
        if with_raw:
            shown["raw"] = self.raw.decode("latin-1")
        if self.verdicts is not None:
            shown |= asdict(self.verdicts)
        return shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One recipient in one session with the answer it was given in one phase."""

    id: int
    at: float
    recipient: str
    sender: str
    client: str
    helo: str
    tls: bool
    phase: str
    reply: str
