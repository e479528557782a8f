"""`python -m stack.bench.dns.bare FILE`: asks what a look asks with dnspython, and does nothing else.

FILE is JSON: {"addresses": [...], "domains": [[[name, type], ...], ...]}. Prints the seconds it took.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import dns.asyncquery
import dns.exception
import dns.message

#: Domains at once: with more, a server's socket would lose some.
AT_ONCE = 4
TIMEOUT, TRIES = 2.0, 5


async def _ask(name: str, kind: str, address: str) -> None:
    query = dns.message.make_query(name, kind, use_edns=0, payload=1232, flags=0)
    for _ in range(TRIES):
        with suppress(dns.exception.Timeout):
            await dns.asyncquery.udp(query, address, timeout=TIMEOUT)
            return
    raise TimeoutError(name)


async def _work(domains: Sequence[Sequence[tuple[str, str]]], addresses: Sequence[str]) -> None:
    waiting = iter(domains)

    async def lane() -> None:
        for questions in waiting:
            await asyncio.gather(
                *(_ask(*question, address) for question in questions for address in addresses)
            )

    await asyncio.gather(*(lane() for _ in range(AT_ONCE)))


def main() -> None:
    """Ask everything once."""
    told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    began = time.monotonic()
    asyncio.run(_work(told["domains"], told["addresses"]))
    print(time.monotonic() - began)


if __name__ == "__main__":
    main()
