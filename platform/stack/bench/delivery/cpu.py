"""CPU time of process trees, read from /proc: what children used counts even when they have ended."""

import os
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def trees(roots: Iterable[int]) -> dict[int, float]:
    """Return the CPU seconds of each root with all that descends from it."""
    parents: dict[int, list[int]] = defaultdict(list)
    used: dict[int, float] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with suppress(OSError, ValueError, IndexError):
                pid = int(entry)
                parent, used[pid] = _read(Path(f"/proc/{entry}/stat").read_text())
                parents[parent].append(pid)
    return {root: _sum(root, parents, used) for root in roots if root in used}


def _read(stat: str) -> tuple[int, float]:
    """The parent and the seconds of one process, its own and those of children it has buried."""
    fields = stat.rpartition(")")[2].split()
    return int(fields[1]), sum(map(int, fields[11:15])) / _TICK


def _sum(root: int, parents: dict[int, list[int]], used: dict[int, float]) -> float:
    return used[root] + sum(_sum(child, parents, used) for child in parents.get(root, ()))
