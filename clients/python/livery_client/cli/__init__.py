"""`livery-cli`: a portal from the command line."""

import argparse
import sys
from collections.abc import Sequence

from livery_client.cli import access, domains, events, mailboxes, messages
from livery_client.errors import ApiError, ClientError

GROUPS = (access, domains, mailboxes, messages, events)


def parser() -> argparse.ArgumentParser:
    """All commands."""
    made = argparse.ArgumentParser(
        prog="livery-cli", description="Domains, mailboxes and mail of a portal, by its API."
    )
    made.add_argument("--json", action="store_true", help="print JSON instead of tables")
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    for group in GROUPS:
        group.add_to(commands)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it was done, 1 when the portal refused, 2 for a wrong call."""
    options = parser().parse_args(arguments)
    try:
        options.run(options)
    except ApiError as error:
        print(f"livery-cli: {error.detail} ({error.code})", file=sys.stderr)
        for fault in error.errors:
            print(f"  {fault['pointer']}: {fault['detail']}", file=sys.stderr)
        if error.status >= 500:
            print(f"  request id {error.request_id}", file=sys.stderr)
        return 1
    except ClientError as error:
        print(f"livery-cli: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
