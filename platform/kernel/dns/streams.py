"""DNS over TCP: what was too long for a datagram (RFC 7766)."""

import asyncio

from kernel.dns import datagrams

#: TCP carries four times as much. No mail domain needs it, and whoever reads it does nothing else.
_LONGEST = 16_384


async def ask(query: bytes, *, to: tuple[str, int]) -> bytes:
    """The response to these bytes, as it came; two bytes before each say its length (§8).

    Raises OSError, EOFError (hung up in between) and ValueError (too long, or no answer to this).
    """
    reader, writer = await asyncio.open_connection(*to)
    try:
        writer.write(len(query).to_bytes(2, "big") + query)
        length = int.from_bytes(await reader.readexactly(2), "big")
        if length > _LONGEST:
            raise ValueError("longer than any mail domain needs")
        wire = await reader.readexactly(length)
    finally:
        writer.close()
    if not datagrams.answers(wire, query):
        raise ValueError("no answer to this question")
    return wire
