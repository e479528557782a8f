"""What follows DATA, up to <CRLF>.<CRLF> and nothing else (RFC 5321 §4.5.2, SMTP smuggling)."""

_END = b"\r\n.\r\n"


class DotReader:
    """Takes bytes as they come; memory is bounded by `limit` whatever the peer sends."""

    __slots__ = ("_buffer", "_limit", "too_big")

    def __init__(self, *, limit: int) -> None:
        # As if after a line end: the first line too may be the lone dot or begin with one.
        self._buffer = bytearray(b"\r\n")
        self._limit = limit
        self.too_big = False

    @property
    def held(self) -> int:
        """Bytes in memory."""
        return len(self._buffer)

    def feed(self, data: bytes) -> bytes | None:
        """Take `data`; once the lone dot has come, what follows it, else None."""
        start = max(0, len(self._buffer) - len(_END) + 1)
        self._buffer += data
        end = self._buffer.find(_END, start)
        # The buffer's first two bytes are not the message's; an end that is not whole may be there.
        size = end if end >= 0 else len(self._buffer) - 2 - len(_END)
        too_long = size > self._limit
        if end < 0:
            if too_long:
                self._shed()
            return None
        rest = bytes(self._buffer[end + len(_END) :])
        del self._buffer[end + 2 :]
        if too_long:
            self._shed()
        return rest

    def drop(self) -> None:
        """Keep nothing of this message, as if it were too big."""
        self._limit = -1
        self._shed()

    def message(self) -> bytes:
        """The message with its leading dots undoubled; empty when it was too big."""
        return b"" if self.too_big else bytes(self._buffer.replace(b"\r\n.", b"\r\n")[2:])

    def _shed(self) -> None:
        self.too_big = True
        del self._buffer[: -len(_END) + 1]
