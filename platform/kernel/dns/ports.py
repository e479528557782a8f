"""How a question reaches a name server, and what can come back."""

from typing import Protocol

from dns.message import Message

from kernel.errors import TransientError


class NoAnswer(TransientError):
    """The server did not answer in time or could not be reached; `code` is a short word."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Exchange(Protocol):
    """Sends one question to one address."""

    async def ask(self, query: Message, *, address: str) -> Message:
        """The server's reply to this very query; raises NoAnswer."""
        ...
