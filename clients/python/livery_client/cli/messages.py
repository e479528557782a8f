"""`messages`: list, send, show."""

import argparse
import sys
import time
from collections.abc import Mapping
from itertools import islice
from typing import Any

from livery_client.cli import logins, showing
from livery_client.errors import ApiError, ClientError

_POLL = 1.0  # seconds
_UNDERWAY = {"queued", "held"}
_RECIPIENTS = ("address", "state", "reason", "ended_at")
_TRIES = ("at", "outcome", "mx", "tls", "code", "reply")
_LISTED = ("accepted_at", "id", "from_domain", "to", "state", "reference")


def add_to(commands: Any) -> None:
    """Add this group's commands."""
    group = commands.add_parser("messages", help="send mail and see what became of it")
    verbs = group.add_subparsers(required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="the newest ones")
    listing.add_argument("--state", help="only in this state, such as bounced")
    listing.add_argument("--to", metavar="ADDRESS", help="only to this address")
    listing.add_argument("--limit", type=int, default=20, metavar="N", help="so many (20)")
    listing.set_defaults(run=_list)
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


def _list(options: argparse.Namespace) -> None:
    with logins.current().client() as client:
        every = client.messages.each(state=options.state, recipient=options.to)
        found = list(islice(every, max(options.limit, 0)))
    if options.json:
        return showing.as_json(found)
    return showing.rows(map(_line, found), _LISTED)


def _line(message: Mapping[str, Any]) -> Mapping[str, Any]:
    recipients = message["recipients"]
    return {
        **message,
        "to": [one["address"] for one in recipients],
        "state": sorted({one["state"] for one in recipients}),
    }


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
        for recipient in found["recipients"]:
            showing.rows([recipient], _RECIPIENTS)
            showing.rows(recipient["attempts"], _TRIES)


def _is_underway(message: Mapping[str, Any]) -> bool:
    return any(one["state"] in _UNDERWAY for one in message["recipients"])
