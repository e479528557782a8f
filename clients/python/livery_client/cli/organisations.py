"""`organisations`: list, add."""

import argparse
from typing import Any

from livery_client.cli import logins, showing
from livery_client.client import Client
from livery_client.errors import ClientError

_COLUMNS = ("name", "id", "contact_email", "created_at")


def add_to(commands: Any) -> None:
    """Add this group's commands."""
    group = commands.add_parser("organisations", help="the clients whose domains these are")
    verbs = group.add_subparsers(required=True, metavar="VERB")
    verbs.add_parser("list", help="all that the key sees").set_defaults(run=_list)
    adding = verbs.add_parser("add", help="add one")
    adding.add_argument("name")
    adding.add_argument("--contact", default="", metavar="ADDRESS", help="who is told of alarms")
    adding.set_defaults(run=_add)


def find(client: Client, named: str | None) -> str:
    """The id of an organisation by name or id, or of the only one; raises ClientError."""
    if named and named.startswith("org_"):
        return named
    found = client.organisations.list(name=named, limit=2)["data"]
    if named and not found:
        raise ClientError(f"There is no organisation “{named}” here: livery-cli organisations list")
    if not found:
        raise ClientError("There is no organisation yet: livery-cli organisations add NAME")
    if len(found) > 1:
        raise ClientError(
            "Say which organisation it is for, by its id: --organisation org_…\n"
            "  livery-cli organisations list"
        )
    return found[0]["id"]


def _list(options: argparse.Namespace) -> None:
    with logins.current().client() as client:
        found = list(client.organisations.each(sort="name"))
    if options.json:
        showing.as_json(found)
    else:
        showing.rows(found, _COLUMNS)


def _add(options: argparse.Namespace) -> None:
    with logins.current().client() as client:
        made = client.organisations.create(name=options.name, contact_email=options.contact)
    if options.json:
        showing.as_json(made)
    else:
        print(f"{made['name']} is there ({made['id']}).")
