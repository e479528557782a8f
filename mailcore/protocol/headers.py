"""Header fields as bytes: found, removed and added without touching their neighbours (RFC 5322)."""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass

_NAME = re.compile(rb"([!-9;-~]+)[ \t]*:")


class HeaderTooBig(ValueError):
    """More fields or bytes than the caller wants to see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One header field: its name in lower case and its lines as they stand, with their CRLF."""

    name: str
    raw: bytes

    @property
    def value(self) -> str:
        """The unfolded value; bytes that are not UTF-8 are replaced."""
        text = self.raw.partition(b":")[2].replace(b"\r\n", b"").decode("utf-8", "replace")
        return text.strip()


def split(
    message: bytes, *, most_fields: int = sys.maxsize, most_bytes: int = sys.maxsize
) -> tuple[list[Field], bytes]:
    """The fields, and the rest from the empty line on; line ends must be CRLF already.

    A line that is no field ends the header: an empty line is put before it, as Postfix does.
    Raises HeaderTooBig as soon as there is more than that, whatever follows.
    """
    fields: list[Field] = []
    name, begun, start, end = "", 0, 0, len(message)
    rest = b"\r\n"
    while start < end:
        line_end = message.find(b"\r\n", start)
        line_end = end if line_end < 0 else line_end
        if line_end == start:
            rest = message[start:]
            break
        if not (name and message[start] in b" \t"):
            following = _name_of(message, start)
            if following is None:
                rest = b"\r\n" + message[start:]
                break
            if name:
                fields.append(Field(name=name, raw=message[begun:start]))
            name, begun = following, start
        start = line_end + 2
        if start > most_bytes or len(fields) > most_fields:
            raise HeaderTooBig
    if name:
        fields.append(Field(name=name, raw=message[begun:start]))
    return fields, rest


def join(fields: Iterable[Field], rest: bytes) -> bytes:
    """The message of these fields."""
    return b"".join([*(field.raw for field in fields), rest])


def make(name: str, value: str) -> Field:
    """A new field on one line; raises ValueError when the value holds a line end."""
    if "\r" in value or "\n" in value:
        raise ValueError(f"a line end in the new field {name}")
    return Field(name=name.lower(), raw=f"{name}: {value}\r\n".encode())


def values_of(fields: Iterable[Field], name: str) -> list[str]:
    """The unfolded values of every field called `name`."""
    wanted = name.lower()
    return [field.value for field in fields if field.name == wanted]


def _name_of(message: bytes, start: int) -> str | None:
    found = _NAME.match(message, start)
    return found[1].decode("ascii").lower() if found else None
