"""Records as a zone file (RFC 1035 §5), for whoever runs a name server."""

from collections.abc import Sequence

from mailcore.protocol.dns_plan import value_of
from mailcore.protocol.dns_records import Record

_LONGEST_STRING = 255  # RFC 1035 §3.3.14


def render(
    records: Sequence[Record],
    *,
    domain: str,
    values: Sequence[str],
    in_the_way: Sequence[Sequence[str]],
) -> str:
    """One line a record, names in full; `values` are what to publish, in the records' order.

    `in_the_way` is what has to go first, by record: an import only adds.
    """
    lines = [f"; Mail records of {domain}", f"$ORIGIN {domain}."]
    group = ""
    for record, value, others in zip(records, values, in_the_way, strict=True):
        if record.need != group:
            group = record.need
            lines.append(f"; {group}")
        lines += [f"; remove first: {record.name}. {quoted(other)}" for other in others]
        lines.append(_line(record, value))
    return "\n".join([*lines, ""])


def quoted(text: str) -> str:
    """A TXT value as strings of at most 255 bytes, which readers put together again."""
    raw = text.encode()
    parts = [raw[at : at + _LONGEST_STRING] for at in range(0, len(raw), _LONGEST_STRING)] or [b""]
    return " ".join('"' + _escaped(part) + '"' for part in parts)


def _line(record: Record, value: str) -> str:
    head = f"{record.name}. {record.ttl} IN {record.type}"
    if record.type == "TXT":
        return f"{head} {quoted(value)}"
    return f"{head} {value_of(record)}."


def _escaped(part: bytes) -> str:
    return "".join(
        f"\\{byte:03d}" if byte < 0x20 or byte > 0x7E or chr(byte) in '"\\' else chr(byte)
        for byte in part
    )
