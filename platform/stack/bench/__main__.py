"""`python -m stack.bench NAME [--json]`: measures the running stack; exit code 0 only when every goal was met."""

import argparse
import json
import os
import signal
import sys
from collections.abc import Sequence

from stack.bench import e2e
from stack.bench.api import scenario as api
from stack.bench.delivery import scenarios
from stack.bench.delivery.order import Order
from stack.bench.delivery.postfix import Missing
from stack.bench.dns import scenario as dns
from stack.bench.figures import Result
from stack.bench.furnishing import furnished
from stack.client.endpoints import Endpoints, EndpointsError, load_endpoints

TERMINATED = 143


def show(result: Result) -> None:
    """Print a calm table."""
    print(
        f"{result.name}: " + ", ".join(f"{key} {value}" for key, value in result.conditions.items())
    )
    width = max(map(len, result.figures), default=0)
    for key, value in result.figures.items():
        print(f"  {key:<{width}} {value:>10}")
    for goal in result.goals:
        print(
            f"  {'met   ' if goal.met else 'MISSED'} {goal.key} {goal.value} {goal.unit}, goal {goal.goal}"
        )


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="livery bench",
        description="Measure a stack; exit code 1 when a goal was missed.",
        epilog="scenarios of delivery:\n"
        + "\n".join(f"  {name:<10} {words}" for name, words in scenarios.WORDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "name",
        choices=("api", "delivery", "dns", "e2e"),
        help="api, e2e: the stack that is up; delivery, dns: a stack of its own",
    )
    made.add_argument("--json", action="store_true", help="print one JSON object")
    crowd = made.add_argument_group("api")
    crowd.add_argument("--resellers", type=int, default=200, help="how many are present")
    crowd.add_argument("--mailboxes", type=int, default=10_000, help="how many the list has")
    looks = made.add_argument_group("dns")
    looks.add_argument("--zones", type=int, default=10_000, help="how many domains are checked")
    looks.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, help="processes that check them"
    )
    group = made.add_argument_group("delivery")
    group.add_argument("--scenario", choices=sorted(scenarios.SCENARIOS), default="base")
    group.add_argument("--messages", type=int, help="messages of each run")
    group.add_argument("--rounds", type=int, default=1, help="runs of each contender")
    group.add_argument("--only", default="", metavar="NAME,NAME", help="leave the others out")
    group.add_argument(
        "--running", action="store_true", help="measure the stack that is up, start none"
    )
    return made


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options; exits with 2 and a sentence when they make no sense together."""
    made = parser()
    options = made.parse_args(arguments)
    if options.running and options.scenario in scenarios.ALONE:
        made.error(f"{options.scenario} leaves its queue behind: it runs on a stack of its own")
    return options


def measure(endpoints: Endpoints, options: argparse.Namespace) -> Result:
    """Run the bench that was asked for."""
    if options.name == "dns":
        return dns.measure(endpoints, zones=options.zones, workers=options.workers)
    world = furnished(endpoints)
    if options.name == "e2e":
        return e2e.measure(world)
    if options.name == "api":
        return api.measure(world, resellers=options.resellers, mailboxes=options.mailboxes)
    order = Order(
        scenario=options.scenario,
        messages=options.messages,
        rounds=options.rounds,
        only=tuple(name for name in options.only.split(",") if name),
    )
    return scenarios.measure(world, order)


def main() -> int:
    """Run one bench and return the exit code."""
    options = parsed(sys.argv[1:])
    # As an exception, so that what was started is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    try:
        result = measure(load_endpoints(), options)
    except (EndpointsError, Missing) as error:
        print(f"livery bench: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(result.as_json(), indent=2))
    else:
        show(result)
    return 0 if result.ok else 1


if __name__ == "__main__":
    sys.exit(main())
