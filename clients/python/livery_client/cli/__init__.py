"""`livery-cli`: a portal from the command line."""

import argparse
import os
import sys
from collections.abc import Sequence

from livery_client.cli import access, domains, events, mailboxes, messages, organisations
from livery_client.errors import ApiError, ClientError

GROUPS = (access, organisations, domains, mailboxes, messages, events)
_JSON = "--json"


def parser() -> argparse.ArgumentParser:
    """All commands."""
    made = argparse.ArgumentParser(
        prog="livery-cli", description="Domains, mailboxes and mail of a portal, by its API."
    )
    made.add_argument(
        _JSON, action="store_true", help="print JSON instead of tables; it may stand at the end too"
    )
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    for group in GROUPS:
        group.add_to(commands)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it was done, 1 when the portal refused, 2 for a wrong call."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    first = [_JSON] if _JSON in words else []
    options = parser().parse_args(first + [word for word in words if word != _JSON])
    try:
        options.run(options)
        sys.stdout.flush()
    except ApiError as error:
        print(f"livery-cli: {error.detail} ({error.code})", file=sys.stderr)
        for fault in error.errors:
            print(f"  {fault['pointer']}: {fault['detail']}", file=sys.stderr)
        if error.status >= 500:
            print(f"  request id {error.request_id}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # `… | head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ClientError, OSError) as error:
        print(f"livery-cli: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
