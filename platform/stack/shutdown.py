"""Taking a stack down: dependants first, then the supervisor, then whatever is left of either."""

import contextlib
import json
import shutil
import time
from typing import Any

from stack import processes, record, show, supervision
from stack.model import Stack, StackError
from stack.part import boot_id, process_state

POLL_SECONDS = 0.1
SUPERVISOR_SECONDS = 15


def stop_parts(stack: Stack, supervisor: supervision.Supervisor, *, verbose: bool = True) -> None:
    """Stop every running part once nothing that runs requires it any more."""
    started = _specifications(stack)
    requires = {name: set(facts.get("requires", ())) for name, facts in started.items()}
    patience = SUPERVISOR_SECONDS + sum(facts.get("stop_seconds", 60) for facts in started.values())
    began = time.monotonic()
    asked: dict[str, float] = {}
    while True:
        alive = {name for name, info in supervisor.all().items() if info.is_alive}
        for name in [name for name in asked if name not in alive]:
            since = asked.pop(name)
            if verbose:
                show.step(name, seconds=time.monotonic() - since, saw="stopped")
        if not alive:
            return
        needed = _everything_below(alive, requires)
        for name in sorted(alive - needed - set(asked)):
            supervisor.stop(name)
            asked[name] = time.monotonic()
        if time.monotonic() - began > patience:
            raise StackError(f"These parts do not stop: {', '.join(sorted(alive))}")
        time.sleep(POLL_SECONDS)


def _specifications(stack: Stack) -> dict[str, Any]:
    """Return what was written about each part when it was started."""
    return {
        path.stem: json.loads(path.read_text()) for path in (stack.var / "parts").glob("*.json")
    }


def _everything_below(alive: set[str], requires: dict[str, set[str]]) -> set[str]:
    """Return what living parts require, directly or through commands that have long ended (migrate, seed)."""
    found: set[str] = set()
    edge = set(alive)
    while edge:
        edge = {below for name in edge for below in requires.get(name, set())} - found
        found |= edge
    return found


def end_supervisor(stack: Stack, known: record.Record | None) -> None:
    """End supervisord, by its own door when it answers, and wait until it is gone."""
    supervisor = supervision.connect(stack)
    pid = (
        supervisor.pid()
        if supervisor
        else (known.supervisor if known and known.is_supervised else 0)
    )
    if supervisor is not None:
        supervisor.shutdown()
    until = time.monotonic() + SUPERVISOR_SECONDS
    while pid and time.monotonic() < until and processes.is_alive(pid):
        time.sleep(POLL_SECONDS)
    if pid and processes.is_alive(pid):
        processes.end([pid])


def orphans(stack: Stack) -> list[int]:
    """Return living processes of this stack: by the mark in their environment, or by the group of a recorded part."""
    found = set(processes.marked(f"{stack.number}:"))
    for path in (stack.var / "pids").glob("*.json"):
        with contextlib.suppress(OSError, ValueError, KeyError, IndexError):
            noted = json.loads(path.read_text())
            if noted["boot"] != boot_id():
                continue
            with contextlib.suppress(OSError):
                if process_state(noted["pid"])[2] != noted["start"]:
                    continue  # another process has the number now, and so may its group
            found |= {
                pid
                for pid in processes.group_members(noted["pid"])
                if process_state(pid)[2] >= noted["start"]
            }
    return sorted(found)


def clear(stack: Stack) -> list[int]:
    """End what a killed supervisor or master left behind and return the pids that were met."""
    met = orphans(stack)
    if met:
        processes.end(met)
        left = orphans(stack)
        if left:
            processes.end(left, patience=2)
    return met


def take_down(stack: Stack, *, verbose: bool = True) -> None:
    """Stop the whole stack and leave neither process nor socket; StackError when something stays."""
    known = record.find(stack.number)
    record.forget(stack)
    supervisor = supervision.connect(stack)
    if supervisor is not None:
        stop_parts(stack, supervisor, verbose=verbose)
    end_supervisor(stack, known)
    clear(stack)
    for path in (stack.var / "pids").glob("*.json"):
        path.unlink()
    shutil.rmtree(stack.run, ignore_errors=True)
    left = _still_listening(stack)
    if left:
        raise StackError(f"Still listening: {'; '.join(left)}")


def _still_listening(stack: Stack) -> list[str]:
    """Return what listens where a part of this stack did; programs of others on its addresses are not our concern."""
    places = {
        (address, port)
        for facts in _specifications(stack).values()
        for address, port in facts.get("listens", ())
    }
    return [
        f"{one.address}:{one.port} by process {one.pid} ({one.command[:60]})"
        for one in processes.listeners()
        if (one.address, one.port) in places
    ]
