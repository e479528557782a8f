"""`python -m stack.demo [--json]`: runs J1 to J5 against the running stack; exit code 0 only when all is green."""

import argparse
import json
import sys

from stack.client.endpoints import EndpointsError, load_endpoints
from stack.demo import bill, domain, mailbox, receiving, sending, signup, webmail
from stack.demo.steps import Outcome, as_json, run_journeys
from stack.demo.world import new_world

JOURNEYS = (
    signup.JOURNEY,
    domain.JOURNEY,
    mailbox.JOURNEY,
    receiving.JOURNEY,
    sending.JOURNEY,
    webmail.JOURNEY,
    bill.JOURNEY,
    sending.RETRY,
)
WIDTH = 46


def tell(outcome: Outcome) -> None:
    """Print one line of the table."""
    mark = "ok " if outcome.ok else "RED"
    print(f"{mark}  {outcome.name:<{WIDTH}} {outcome.seconds:6.2f} s  {outcome.saw}", flush=True)


def begin(name: str) -> None:
    """Show on a terminal what is being done: some steps wait for minutes."""
    if sys.stdout.isatty():
        print(f"…    {name:<{WIDTH}}", end="\r", flush=True)


def quiet(_: object) -> None:
    """Say nothing."""


def main() -> int:
    """Run the demonstration and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="livery demo", description="Run J1 to J5 against the stack."
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    try:
        world = new_world(load_endpoints())
    except EndpointsError as error:
        print(f"livery demo: {error}", file=sys.stderr)
        return 2
    if options.json:
        outcomes = run_journeys(JOURNEYS, world, tell=quiet)
    else:
        outcomes = run_journeys(JOURNEYS, world, tell=tell, begin=begin)
    result = as_json(outcomes)
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        green = sum(outcome.ok for outcome in outcomes)
        seconds = sum(outcome.seconds for outcome in outcomes)
        print(f"\n{green} of {len(outcomes)} steps green in {seconds:.1f} s")
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
