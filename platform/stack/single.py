"""One part alone in the foreground, as a container runs it: `python -m stack.single configure|run|check [NAME]`.

The same parts, addresses and rendered configuration as `./livery up`; only the supervisor is another one.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from stack import addresses, launch, registry, show, startup, supervision
from stack.model import SERVICE_USER, NotReadyError, Part, Stack, StackError

CHECKOUT = Path(__file__).resolve().parents[2]
POLL_SECONDS = 0.5


def configure(stack: Stack) -> int:
    """Make what every part leans on: folders, secrets, certificates, var/env; idempotent."""
    parts = launch.prepare_state(stack)
    for name in ("log", "pids", "parts"):
        stack.folder(name)
    for part in parts:
        # Our own processes begin without root, so their folders must be there before them.
        if part.user == SERVICE_USER and part.prepare is not None:
            part.prepare()
    return 0


def check(part: Part) -> int:
    """Ask the part its own question; 0 when it is healthy."""
    try:
        show.say(startup.probe(part))
    except (OSError, NotReadyError) as error:
        show.error(str(error))
        return 1
    return 0


def run(stack: Stack, part: Part) -> int:
    """Prepare the part, be it until it ends, and do what comes once it is ready; its exit code."""
    if part.prepare is not None:
        part.prepare()
    supervision.write_specification(stack, part)
    process = subprocess.Popen(supervision.wrapper(stack, part.name))

    def hand_on(number: int, _: FrameType | None) -> None:
        wanted = signal.Signals[f"SIG{part.stop_signal}"] if number == signal.SIGTERM else number
        process.send_signal(wanted)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, hand_on)
    if part.after is not None:
        _once_ready(part, part.after, process)
    return process.wait()


def _once_ready(part: Part, after: Callable[[], None], process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + part.ready_seconds
    while process.poll() is None:
        try:
            startup.probe(part)
        except (OSError, NotReadyError) as error:
            if time.monotonic() > until:
                process.terminate()
                raise StackError(f"{part.name}: not ready in time ({error})") from error
            time.sleep(POLL_SECONDS)
        else:
            after()
            return


def _find(stack: Stack, name: str) -> Part:
    for part in registry.parts(stack):
        if part.name == name:
            return part
    raise StackError(f"There is no part {name}")


def main(arguments: list[str]) -> int:
    """Run one command; a StackError becomes its sentence on standard error."""
    number = int(os.environ.get("LIVERY_STACK", addresses.LOWEST_NUMBER))
    var = Path(os.environ.get("LIVERY_VAR", CHECKOUT / "var")).absolute()
    stack = Stack(number=number, mode="stack", checkout=CHECKOUT, var=var)
    try:
        match arguments:
            case ["configure"]:
                return configure(stack)
            case ["run", name]:
                return run(stack, _find(stack, name))
            case ["check", name]:
                return check(_find(stack, name))
    except StackError as error:
        show.error(str(error))
        return 1
    show.error("usage: python -m stack.single configure | run NAME | check NAME")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
