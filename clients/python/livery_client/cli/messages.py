"""`messages`: send, show."""

import argparse
import sys
import time
from collections.abc import Mapping
from typing import Any

from livery_client.cli import logins, showing
from livery_client.errors import ApiError, ClientError

_POLL = 1.0  # seconds
_UNDERWAY = {"queued", "held"}
_RECIPIENTS = ("address", "state", "reason", "ended_at")


def add_to(commands: Any) -> None:
    """Add this group's commands."""
    group = commands.add_parser("messages", help="send mail and see what became of it")
    verbs = group.add_subparsers(required=True, metavar="VERB")
    sending = verbs.add_parser("send", help="send one message; its text is read from a pipe")
    sending.add_argument("--from", required=True, dest="sender", metavar="ADDRESS")
    sending.add_argument("--to", required=True, action="append", metavar="ADDRESS")
    sending.add_argument("--subject", required=True)
    sending.add_argument("--reference", help="a word of your own that is told again with it")
    sending.set_defaults(run=_send)
    showing_one = verbs.add_parser("show", help="one message with all its tries")
    showing_one.add_argument("message", help="msg_…")
    showing_one.add_argument(
        "--wait", type=float, default=0, metavar="SECONDS", help="until each recipient has ended"
    )
    showing_one.set_defaults(run=_show)


def _send(options: argparse.Namespace) -> None:
    message: dict[str, object] = {
        "from": options.sender,
        "to": options.to,
        "subject": options.subject,
        "text": sys.stdin.read(),
    }
    if options.reference:
        message["reference"] = options.reference
    with logins.current().client() as client:
        answer = client.messages.send(body=message)
    if options.json:
        return showing.as_json(answer)
    return showing.rows(answer["data"][0]["recipients"], ("id", "address", "state", "reason"))


def _show(options: argparse.Namespace) -> None:
    until = time.monotonic() + options.wait
    with logins.current().client() as client:
        while True:
            try:
                found = client.messages.get(options.message)
            except ApiError as error:
                # Accepted a moment ago, it may not be readable yet.
                if error.status != 404 or time.monotonic() >= until:
                    raise
                found = None
            if (found is not None and not _is_underway(found)) or time.monotonic() >= until:
                break
            time.sleep(_POLL)
    if found is None:
        raise ClientError("There is no such message.")
    if options.json:
        showing.as_json(found)
    else:
        showing.rows(found["recipients"], _RECIPIENTS)


def _is_underway(message: Mapping[str, Any]) -> bool:
    return any(one["state"] in _UNDERWAY for one in message["recipients"])
