"""What the kernel tells about processes and listening sockets, read from /proc."""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from stack.model import Endpoint
from stack.part import MARK, process_state

TCP_LISTEN = "0A"
IPV4_BYTES = 4
WILDCARDS = ("0.0.0.0", "::")  # noqa: S104 (we look for these, we do not bind them)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A process that listens on an address; pid 0 when it is not visible to us."""

    address: str
    port: int
    pid: int
    command: str


def is_alive(pid: int, *, start: int | None = None) -> bool:
    """Tell whether a process runs (a zombie does not), and is the one that began at START ticks since boot."""
    try:
        state, _, began = process_state(pid)
    except (OSError, ValueError, IndexError):
        return False
    return state != "Z" and (start is None or start == began)


def command_line(pid: int) -> str:
    """Return a process's command line, or "?" when it is gone or hidden."""
    try:
        raw = (
            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        )
        return raw.strip() or Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return "?"


def pids() -> Iterator[int]:
    """Yield every process id there is."""
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            yield int(entry)


def marked(prefix: str) -> list[int]:
    """Return living processes whose LIVERY_PART begins with PREFIX."""
    wanted = f"{MARK}={prefix}".encode()
    found = []
    for pid in pids():
        with contextlib.suppress(OSError):
            environ = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            if any(entry.startswith(wanted) for entry in environ) and is_alive(pid):
                found.append(pid)
    return found


def group_members(group: int) -> list[int]:
    """Return the living processes of one process group."""
    found = []
    for pid in pids():
        with contextlib.suppress(OSError, ValueError, IndexError):
            state, member_of, _ = process_state(pid)
            if member_of == group and state != "Z":
                found.append(pid)
    return found


def end(victims: Iterable[int], *, patience: float = 5.0) -> None:
    """Send SIGTERM, wait up to PATIENCE seconds, then SIGKILL what is left."""
    left = list(victims)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        until = time.monotonic() + patience
        while time.monotonic() < until:
            left = [pid for pid in left if is_alive(pid)]
            if not left:
                return
            time.sleep(0.05)


def _decode(text: str) -> Endpoint:
    raw, _, port = text.partition(":")
    data = bytes.fromhex(raw)
    # The kernel prints each 32-bit word in host order.
    words = b"".join(data[i : i + 4][::-1] for i in range(0, len(data), 4))
    family = socket.AF_INET if len(words) == IPV4_BYTES else socket.AF_INET6
    return socket.inet_ntop(family, words), int(port, 16)


def _listening_inodes() -> dict[str, Endpoint]:
    found: dict[str, Endpoint] = {}
    for name in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == TCP_LISTEN:
                    found[fields[9]] = _decode(fields[1])
    return found


def listeners() -> list[Listener]:
    """Return every listening TCP socket with one process that holds it."""
    inodes = _listening_inodes()
    holders: dict[str, int] = {}
    for pid in pids():
        with contextlib.suppress(OSError):
            for descriptor in os.scandir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):
                    target = os.readlink(descriptor.path)
                    if target.startswith("socket:["):
                        holders.setdefault(target[8:-1], pid)
    return [
        Listener(
            address=address,
            port=port,
            pid=holders.get(inode, 0),
            command=command_line(holders[inode]) if inode in holders else "?",
        )
        for inode, (address, port) in inodes.items()
    ]


def in_the_way(wanted: Endpoint, existing: Iterable[Listener]) -> Listener | None:
    """Return the listener that keeps an IPv4 endpoint from being bound: the same address, or all of them."""
    address, port = wanted
    blocking = {address, f"::ffff:{address}", *WILDCARDS}
    for listener in existing:
        if listener.port == port and listener.address in blocking:
            return listener
    return None


def answers(endpoint: Endpoint, *, seconds: float = 0.5) -> bool:
    """Tell whether something accepts a TCP connection at an endpoint."""
    try:
        with socket.create_connection(endpoint, timeout=seconds):
            return True
    except OSError:
        return False
