"""Which addresses the bench uses, all of the stack's own /24."""

import ipaddress

from stack.addresses import PLACES

PORT = PLACES["bench_sink"].port


def addresses_from(first: str, count: int) -> list[str]:
    """Return COUNT addresses from FIRST on."""
    start = ipaddress.IPv4Address(first)
    return [str(start + offset) for offset in range(count)]
