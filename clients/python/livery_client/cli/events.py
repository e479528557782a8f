"""`events tail`: what happens, as it happens."""

import argparse
import json
import sys
import time
from typing import Any

from livery_client import shapes
from livery_client.cli import logins

_POLL = 2.0  # seconds


def add_to(commands: Any) -> None:
    """Add this group's commands."""
    group = commands.add_parser("events", help="what happens in the portal")
    verbs = group.add_subparsers(required=True, metavar="VERB")
    tail = verbs.add_parser("tail", help="follow it; ends with Ctrl-C")
    tail.add_argument("--type", help="only events of this type")
    tail.add_argument(
        "--for", type=float, dest="seconds", metavar="SECONDS", help="end after so long"
    )
    tail.add_argument(
        "--after", default="", metavar="CURSOR", help="what came after it, not only from now on"
    )
    tail.set_defaults(run=_tail)


def _tail(options: argparse.Namespace) -> None:
    until = None if options.seconds is None else time.monotonic() + options.seconds
    with logins.current().client() as client:
        after: str | None = options.after
        while until is None or time.monotonic() < until:
            page = client.events.list(type=options.type, after=after)
            for event in page["data"]:
                _say(event, as_json=options.json)
            after = page["next_cursor"]
            if not page["data"]:
                time.sleep(_POLL)


def _say(event: shapes.Event, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(event, ensure_ascii=False))
    else:
        # As ASCII: what strangers wrote cannot drive the terminal.
        print(f"{event['timestamp']}  {event['type']:<22}  {json.dumps(event['data'])}")
    sys.stdout.flush()
