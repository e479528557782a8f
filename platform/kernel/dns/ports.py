"""How a question reaches a name server, and what can come back."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol

from dns.name import Name
from dns.rdatatype import RdataType

from kernel.errors import TransientError


class NoAnswer(TransientError):
    """The server did not answer in time or could not be reached; `code` is a short word."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Question:
    """A name and the type of record that is asked for."""

    name: Name
    rdtype: RdataType


class Exchange(Protocol):
    """Sends one question to one address."""

    @property
    def has_ipv6(self) -> bool:
        """Whether IPv6 addresses can be asked from here."""
        ...

    def ask(self, question: Question, *, address: str) -> Awaitable[bytes]:
        """The server's response to this very question, as it came; raises NoAnswer. The question is
        on its way when this returns a future, not before it is awaited when it is a coroutine."""
        ...
