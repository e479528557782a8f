"""Header fields as bytes: found, removed and added without touching their neighbours (RFC 5322)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_NAME = re.compile(rb"([!-9;-~]+)[ \t]*:")


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


def split(message: bytes) -> tuple[list[Field], bytes]:
    """The fields, and the rest from the empty line on; line ends must be CRLF already.

    A line that is no field ends the header: an empty line is put before it, as Postfix does.
    """
    fields: list[Field] = []
    start, end = 0, len(message)
    while start < end:
        line_end = message.find(b"\r\n", start)
        line_end = end if line_end < 0 else line_end
        if line_end == start:
            return fields, message[start:]
        line = message[start : line_end + 2]
        if line[:1] in b" \t" and fields:
            fields[-1] = Field(name=fields[-1].name, raw=fields[-1].raw + line)
        elif (name := _name_of(line)) is not None:
            fields.append(Field(name=name, raw=line))
        else:
            return fields, b"\r\n" + message[start:]
        start = line_end + 2
    return fields, b"\r\n"


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


def _name_of(line: bytes) -> str | None:
    found = _NAME.match(line)
    return found[1].decode("ascii").lower() if found else None
