"""`mailboxes`: list, add, suspend, resume."""

import argparse
import getpass
import sys
from typing import Any

from livery_client import shapes
from livery_client.cli import domains, logins, showing
from livery_client.client import Client
from livery_client.errors import ClientError
from livery_client.unset import UNSET

_COLUMNS = ("address", "state", "id", "display_name", "created_at")


def add_to(commands: Any) -> None:
    """Add this group's commands."""
    group = commands.add_parser("mailboxes", help="the mailboxes of a domain")
    verbs = group.add_subparsers(required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="all that the key sees")
    listing.add_argument("--domain", help="only of this domain")
    listing.set_defaults(run=_list)
    adding = verbs.add_parser(
        "add", help="make a mailbox; its password is asked for, or read from a pipe"
    )
    adding.add_argument("address")
    adding.add_argument("--name", default="", help="its owner's name")
    adding.add_argument(
        "--invite",
        metavar="ADDRESS",
        help="ask for no password: mail a link there by which the owner chooses one",
    )
    adding.set_defaults(run=_add)
    for verb, run in (("suspend", _suspend), ("resume", _resume)):
        made = verbs.add_parser(verb, help="keep the owner out" if verb == "suspend" else "let in")
        made.add_argument("mailbox", help="its address, or mbx_…")
        made.set_defaults(run=run)


def _list(options: argparse.Namespace) -> None:
    with logins.current().client() as client:
        domain = domains.find(client, options.domain)["id"] if options.domain else None
        found = list(client.mailboxes.each(domain=domain))
    if options.json:
        showing.as_json(found)
    else:
        showing.rows(found, _COLUMNS)


def _add(options: argparse.Namespace) -> None:
    local_part, _, domain = options.address.rpartition("@")
    with logins.current().client() as client:
        place = domains.find(client, domain)["id"]
        made = client.mailboxes.create(
            domain=place,
            local_part=local_part,
            display_name=options.name,
            invite=options.invite or UNSET,
            password=UNSET if options.invite else _password(),
        )
    if options.json:
        showing.as_json(made)
    elif options.invite:
        print(f"{made['address']} is there ({made['id']}); a link went to {made['invite']}.")
    else:
        print(f"{made['address']} is ready ({made['id']}).")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != first:
        raise ClientError("The two passwords differ.")
    return first


def _suspend(options: argparse.Namespace) -> None:
    with logins.current().client() as client:
        _say(options, client.mailboxes.suspend(_find(client, options.mailbox)))


def _resume(options: argparse.Namespace) -> None:
    with logins.current().client() as client:
        _say(options, client.mailboxes.resume(_find(client, options.mailbox)))


def _find(client: Client, named: str) -> str:
    if named.startswith("mbx_"):
        return named
    domain = domains.find(client, named.rpartition("@")[2])["id"]
    found = client.mailboxes.list(domain=domain, address=named, limit=1)["data"]
    if not found:
        raise ClientError(f"There is no mailbox {named} here.")
    return found[0]["id"]


def _say(options: argparse.Namespace, found: shapes.Mailbox) -> None:
    if options.json:
        showing.as_json(found)
    else:
        print(f"{found['address']} is {found['state']}.")
