"""`python -m stack COMMAND`: what `./livery` calls once the environment is there."""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from stack import (
    addresses,
    benching,
    checking,
    doctor,
    endpoints,
    launch,
    overview,
    preflight,
    record,
    show,
    shutdown,
    testing,
)
from stack.model import Stack, StackError

CHECKOUT = Path(__file__).resolve().parents[2]
INTERRUPTED = 130
PASSED_ON = ("demo", "bench", "manage", "queue", "egress", "shaping", "streams", "trace", "test")
#: Commands of manage.py that have a name of their own here.
MANAGED = ("queue", "egress", "shaping", "streams", "trace")
OWN_OPTIONS = ("--stack", "--var")


def _stack(options: argparse.Namespace) -> Stack:
    testing_now = options.command == "test"
    default = testing.FIRST_TEST_NUMBER if testing_now else addresses.LOWEST_NUMBER
    named = options.stack if options.stack is not None else os.environ.get("LIVERY_STACK")
    number = int(named) if named is not None and not testing_now else default
    if testing_now and options.stack is not None:
        number = options.stack
    if not addresses.LOWEST_NUMBER <= number <= addresses.HIGHEST_NUMBER:
        raise StackError(
            f"A stack number is {addresses.LOWEST_NUMBER} to {addresses.HIGHEST_NUMBER}"
        )
    base = Path(options.var or os.environ.get("LIVERY_VAR") or CHECKOUT / "var")
    if testing_now:
        base /= "test"
    elif not (options.var or os.environ.get("LIVERY_VAR")) and number != addresses.LOWEST_NUMBER:
        base /= f"stack-{number}"
    return Stack(
        number=number,
        mode="test" if testing_now else "stack",
        checkout=CHECKOUT,
        var=base.absolute(),
    )


def _up(stack: Stack, options: argparse.Namespace) -> int:
    preflight.require_root("up")
    launch.listen_for_signals()
    show.say(f"Livery, stack {stack.number} (state in {stack.var})")
    began = time.monotonic()
    without = frozenset(name for name in options.without.split(",") if name)
    if launch.bring_up(stack, detached=options.detach, without=without):
        show.say(f"Up after {time.monotonic() - began:.0f} s.")
        overview.summary(stack)
        if options.detach:
            return 0
    else:
        show.say(f"Stack {stack.number} is already up.")
        overview.summary(stack)
        if options.detach or not launch.adopt(stack):
            return 0
        show.say("Its launcher is gone, so this one takes its place.")
    show.say("Ctrl-C stops everything.")
    try:
        launch.attend(stack, without=without)
    except launch.Interrupted:
        launch.ignore_signals()
        show.say("\nStopping …")
        with record.exclusive(stack.number, what="./livery up, stopping"):
            shutdown.take_down(stack)
        show.say("Everything is stopped.")
    return 0


def _down(stack: Stack, _: argparse.Namespace) -> int:
    preflight.require_root("down")
    with record.exclusive(stack.number, what="./livery down"):
        launch.require_ours(stack)
        known = record.find(stack.number)
        if known is None and not shutdown.orphans(stack):
            show.say(f"Stack {stack.number} is not up.")
            return 0
        shutdown.take_down(stack)
    show.say("Everything is stopped.")
    return 0


def _status(stack: Stack, _: argparse.Namespace) -> int:
    launch.require_ours(stack)
    return 0 if overview.status(stack) else 1


def _logs(stack: Stack, options: argparse.Namespace) -> int:
    overview.logs(stack, options.part, follow=options.follow)
    return 0


def _restart(stack: Stack, options: argparse.Namespace) -> int:
    preflight.require_root("restart")
    launch.restart(stack, options.parts)
    return 0


def _stop(stack: Stack, options: argparse.Namespace) -> int:
    preflight.require_root("stop")
    launch.stop(stack, options.parts)
    return 0


def _endpoints(stack: Stack, options: argparse.Namespace) -> int:
    _require_state(stack)
    found = endpoints.endpoints(stack)
    if options.json:
        show.say(json.dumps(found, indent=2))
        return 0
    show.table(
        [
            (key, one["host"], f"{one['address']}:{one['port']}", one["tls"])
            for key, one in found["services"].items()
        ],
        head=("service", "name", "address", "tls"),
    )
    return 0


def _require_state(stack: Stack) -> None:
    if not stack.endpoints_file.exists():
        raise StackError(f"Stack {stack.number} was never up in {stack.var}: ./livery up")


def _doctor(stack: Stack, options: argparse.Namespace) -> int:
    preflight.require_root("doctor")
    launch.require_ours(stack)
    return 0 if doctor.doctor(stack, as_json=options.json) else 1


def _client(stack: Stack, options: argparse.Namespace) -> int:
    _require_state(stack)
    command = [str(stack.python), "-m", f"stack.{options.command}", *options.rest]
    values = {"LIVERY_ENDPOINTS": str(stack.endpoints_file), "PYTHONSAFEPATH": "1"}
    return subprocess.run(command, env={**os.environ, **values}, check=False).returncode


def _bench(stack: Stack, options: argparse.Namespace) -> int:
    if benching.asks_for_help(options.rest):
        return benching.measure(stack, options.rest)
    if benching.needs_own_stack(options.rest):
        return benching.bench(stack, options.rest)
    return _client(stack, options)


def _manage(stack: Stack, options: argparse.Namespace) -> int:
    _require_state(stack)
    role = os.environ.get("LIVERY_DATABASE_ROLE", "owner")
    named = [options.command] if options.command in MANAGED else []
    command = [str(stack.python), str(stack.checkout / "manage.py"), *named, *options.rest]
    called = {"LIVERY_CALLED_AS": "livery" if named else "livery manage"}
    values = {**os.environ, **stack.environment(role=role), **called}
    return subprocess.run(command, env=values, check=False).returncode


def _test(stack: Stack, options: argparse.Namespace) -> int:
    return testing.test(stack, options.rest)


def _check(stack: Stack, _: argparse.Namespace) -> int:
    return 0 if checking.check(stack.checkout) else 1


COMMANDS: dict[str, Callable[[Stack, argparse.Namespace], int]] = {
    "up": _up,
    "down": _down,
    "status": _status,
    "logs": _logs,
    "restart": _restart,
    "stop": _stop,
    "endpoints": _endpoints,
    "doctor": _doctor,
    "demo": _client,
    "bench": _bench,
    "manage": _manage,
    "queue": _manage,
    "egress": _manage,
    "shaping": _manage,
    "streams": _manage,
    "trace": _manage,
    "test": _test,
    "check": _check,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./livery", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in COMMANDS:
        one = commands.add_parser(name, allow_abbrev=False, add_help=name not in PASSED_ON)
        one.add_argument("--stack", type=int, help="stack number (default 1, or LIVERY_STACK)")
        one.add_argument("--var", help="folder of the state (default var/, or LIVERY_VAR)")
        if name == "up":
            one.add_argument("--detach", action="store_true", help="return once everything is up")
            one.add_argument(
                "--without", default="", metavar="PART,PART", help="leave these parts stopped"
            )
        if name == "logs":
            one.add_argument("part", nargs="?")
            one.add_argument("-f", "--follow", action="store_true")
        if name in {"restart", "stop"}:
            one.add_argument("parts", nargs="+", metavar="PART")
        if name in {"endpoints", "doctor"}:
            one.add_argument("--json", action="store_true")
    return parser


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Part our own options from those that another program gets as they are, in their order."""
    if not arguments or arguments[0] not in PASSED_ON:
        return arguments, []
    ours, theirs = arguments[:1], []
    waiting = iter(arguments[1:])
    for argument in waiting:
        if argument in OWN_OPTIONS:
            ours += [argument, *([value] if (value := next(waiting, None)) is not None else [])]
        elif argument.partition("=")[0] in OWN_OPTIONS:
            ours.append(argument)
        else:
            theirs.append(argument)
    return ours, theirs


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code; a StackError becomes its sentence on standard error."""
    ours, rest = _split(arguments)
    options = _parser().parse_args(ours)
    options.rest = rest
    try:
        return COMMANDS[options.command](_stack(options), options)
    except StackError as error:
        show.error(str(error))
        return 1
    except (launch.Interrupted, KeyboardInterrupt):
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
