"""Bringing a stack up, whatever state it was left in, and looking after it in the foreground."""

import contextlib
import os
import signal
import time
from collections.abc import Sequence
from types import FrameType

from stack import (
    accounts,
    certificates,
    endpoints,
    env_file,
    folders,
    preflight,
    record,
    registry,
    secret_files,
    show,
    shutdown,
    supervision,
)
from stack.model import NotReadyError, Part, Stack, StackError
from stack.startup import Startup, probe

WATCH_SECONDS = 1.0


class Interrupted(Exception):
    """Ctrl-C, SIGTERM or a closed terminal."""


def _interrupt(number: int, _: FrameType | None) -> None:
    raise Interrupted(signal.Signals(number).name)


def listen_for_signals() -> None:
    """Turn the signals that ask us to end into Interrupted."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def ignore_signals() -> None:
    """Do not let a second Ctrl-C break an orderly stop."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def prepare_state(stack: Stack) -> list[Part]:
    """Make users, folders, secrets, certificates, var/env and var/endpoints.json; return the parts."""
    preflight.require_linux()
    preflight.require_root("up")
    stack.var.mkdir(parents=True, exist_ok=True)
    folders.give(stack.var, owner="root", mode=0o755)
    preflight.require_own_state(stack)
    accounts.ensure()
    parts = registry.parts(stack)
    preflight.require_reachable([stack.var, stack.checkout, stack.python], parts)
    folders.make(stack.run, mode=0o755)
    secret_files.make_all(stack.var)
    certificates.ensure(stack)
    env_file.write(stack)
    endpoints.write(stack)
    return parts


def bring_up(stack: Stack, *, detached: bool, without: frozenset[str] = frozenset()) -> bool:
    """Bring all parts but WITHOUT up and return True, or return False when they already were."""
    with record.exclusive(stack.number, what="./livery up"):
        require_ours(stack)
        supervisor = supervision.connect(stack)
        if supervisor is not None and _all_healthy(supervisor, _wanted(stack, without)):
            return False
        prepare_state(stack)
        parts = _wanted(stack, without)
        if supervisor is None:
            supervisor = _new_supervisor(stack, parts, detached=detached)
        else:
            starting = _not_ready(supervisor, parts)
            supervision.render(stack, registry.parts(stack), starting=starting)
            supervisor.take_configuration()
            record.write(stack, supervisor=supervisor.pid(), detached=detached)
        try:
            Startup(stack, supervisor, _not_ready(supervisor, parts)).run()
        except (Interrupted, StackError):
            ignore_signals()
            show.say("Stopping what was started …")
            shutdown.take_down(stack, verbose=False)
            raise
        return True


def _wanted(stack: Stack, without: frozenset[str]) -> list[Part]:
    parts = registry.parts(stack)
    unknown = without - {part.name for part in parts}
    if unknown:
        raise StackError(f"There is no part {', '.join(sorted(unknown))}")
    return [part for part in parts if part.name not in without]


def _new_supervisor(
    stack: Stack, parts: Sequence[Part], *, detached: bool
) -> supervision.Supervisor:
    met = shutdown.clear(stack)
    if met:
        show.say(f"Cleared {len(met)} process(es) that an earlier run left behind.")
    known = record.find(stack.number)
    if known is not None and known.is_supervised:
        shutdown.end_supervisor(stack, known)
    preflight.require_free_ports(stack, parts)
    every = registry.parts(stack)
    pid = supervision.launch(stack, supervision.render(stack, every, starting=every))
    record.write(stack, supervisor=pid, detached=detached)
    supervisor = supervision.connect(stack)
    assert supervisor is not None
    return supervisor


def require_ours(stack: Stack) -> None:
    """Raise StackError when this number runs from another var/."""
    known = record.find(stack.number)
    if known is not None and known.is_supervised and known.var != str(stack.var):
        raise StackError(
            f"Stack {stack.number} already runs from {known.checkout} (state in {known.var}).\n"
            f"Take another number: ./livery up --stack {stack.number + 1}"
        )


def _all_healthy(supervisor: supervision.Supervisor, parts: Sequence[Part]) -> bool:
    return not [part for part in _not_ready(supervisor, parts) if not part.once]


def _not_ready(supervisor: supervision.Supervisor, parts: Sequence[Part]) -> list[Part]:
    """Return the parts that must be started; one-shot commands always run again, they are idempotent."""
    known = supervisor.all()
    found = []
    for part in parts:
        info = known.get(part.name)
        if part.once or info is None or info.state != "RUNNING" or not _answers(part):
            found.append(part)
    return found


def _answers(part: Part) -> bool:
    try:
        probe(part)
    except (OSError, NotReadyError):
        return False
    return True


def adopt(stack: Stack) -> bool:
    """Become the launcher of a running stack whose own launcher was killed; False when it is well looked after."""
    known = record.find(stack.number)
    if known is None or known.detached or known.is_attended:
        return False
    record.write(stack, supervisor=known.supervisor, detached=False)
    return True


def attend(stack: Stack, *, without: frozenset[str] = frozenset()) -> None:
    """Stay in the foreground until somebody stops the stack: report restarts, revive a killed supervisor."""
    pids: dict[str, int] = {}
    while True:
        time.sleep(WATCH_SECONDS)
        known = record.find(stack.number)
        if known is None or known.launcher != os.getpid():
            show.say("The stack was stopped or taken over by another command.")
            return
        if not known.is_supervised:
            show.say("The supervisor is gone: starting again …")
            bring_up(stack, detached=False, without=without)
            pids = {}
            continue
        supervisor = supervision.connect(stack)
        if supervisor is not None:
            # It may be killed at this very moment: the next turn sees that.
            with contextlib.suppress(OSError):
                pids = _report_changes(supervisor, pids)


def _report_changes(supervisor: supervision.Supervisor, before: dict[str, int]) -> dict[str, int]:
    now: dict[str, int] = {}
    for name, info in supervisor.all().items():
        now[name] = info.pid
        if name in before and info.pid != before[name]:
            moment = time.strftime("%H:%M:%S")
            show.say(f"{moment} {name}: {info.state.lower()} ({info.message})")
    return now


def restart(stack: Stack, names: Sequence[str]) -> None:
    """Stop parts, prepare them anew and start them; StackError when one is unknown or the stack is down."""
    with record.exclusive(stack.number, what="./livery restart"):
        supervisor, parts = _running(stack, names)
        # A later version of the code may want files that the one that brought the stack up did not.
        prepare_state(stack)
        _stop_and_wait(supervisor, parts)
        supervision.render(stack, registry.parts(stack), starting=parts)
        supervisor.take_configuration()
        Startup(stack, supervisor, parts).run()


def stop(stack: Stack, names: Sequence[str]) -> None:
    """Stop parts and leave them stopped until the next `restart` or `up`."""
    with record.exclusive(stack.number, what="./livery stop"):
        supervisor, parts = _running(stack, names)
        _stop_and_wait(supervisor, parts)


def _running(stack: Stack, names: Sequence[str]) -> tuple[supervision.Supervisor, list[Part]]:
    require_ours(stack)
    supervisor = supervision.connect(stack)
    if supervisor is None:
        raise StackError(f"Stack {stack.number} is not up: ./livery up")
    parts = registry.parts(stack)
    unknown = set(names) - {part.name for part in parts}
    if unknown:
        known = ", ".join(part.name for part in parts)
        raise StackError(f"There is no part {', '.join(sorted(unknown))}. Parts: {known}")
    return supervisor, [part for part in parts if part.name in names]


def _stop_and_wait(supervisor: supervision.Supervisor, parts: Sequence[Part]) -> None:
    stoppable = [part.name for part in parts if not part.once]
    for name in stoppable:
        supervisor.stop(name)
    for name in stoppable:
        while supervisor.info(name).is_alive:
            time.sleep(0.05)
