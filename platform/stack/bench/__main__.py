"""`python -m stack.bench NAME [--json]`: measures the running stack; exit code 0 only when every goal was met."""

import argparse
import json
import sys
from collections.abc import Callable

from stack.bench import e2e
from stack.bench.figures import Result
from stack.client.endpoints import EndpointsError, load_endpoints
from stack.demo import domain, mailbox, signup
from stack.demo.world import World, new_world

BENCHES: dict[str, Callable[[World], Result]] = {"e2e": e2e.measure}


def furnish(world: World) -> None:
    """Make a new reseller with a verified domain and two mailboxes to measure with."""
    signup.sign_up(world, world.acme)
    domain.make_key(world, world.acme)
    domain.add_domain(world)
    domain.buy_zone(world)
    domain.publish(world)
    domain.verified(world)
    mailbox.create_both(world)


def show(result: Result) -> None:
    """Print a calm table."""
    print(
        f"{result.name}: " + ", ".join(f"{key} {value}" for key, value in result.conditions.items())
    )
    for key, value in result.figures.items():
        print(f"  {key:<28} {value:>10}")
    for goal in result.goals:
        print(
            f"  {'met   ' if goal.met else 'MISSED'} {goal.key} {goal.value} {goal.unit}, goal {goal.goal}"
        )


def main() -> int:
    """Run one bench and return the exit code."""
    parser = argparse.ArgumentParser(prog="livery bench", description="Measure the running stack.")
    parser.add_argument("name", choices=sorted(BENCHES))
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    try:
        world = new_world(load_endpoints())
    except EndpointsError as error:
        print(f"livery bench: {error}", file=sys.stderr)
        return 2
    furnish(world)
    result = BENCHES[options.name](world)
    if options.json:
        print(json.dumps(result.as_json(), indent=2))
    else:
        show(result)
    return 0 if result.ok else 1


if __name__ == "__main__":
    sys.exit(main())
