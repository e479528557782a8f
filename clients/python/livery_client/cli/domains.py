"""`domains`: list, add, show, records, check."""

import argparse
import time
from typing import Any

from livery_client import shapes
from livery_client.cli import logins, organisations, showing
from livery_client.client import Client
from livery_client.errors import ClientError

_COLUMNS = ("name", "state", "id", "organisation", "verified_at")
_RECORDS = ("verdict", "type", "name", "priority", "value", "instruction")
_POLL = 3.0  # seconds


def add_to(commands: Any) -> None:
    """Add this group's commands."""
    group = commands.add_parser("domains", help="a client's domains and their DNS")
    verbs = group.add_subparsers(required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="all that the key sees")
    listing.add_argument("--state", help="only in this state")
    listing.set_defaults(run=_list)
    adding = verbs.add_parser("add", help="add a domain and say how to prove it")
    adding.add_argument("name")
    adding.add_argument(
        "--organisation", help="its name, or org_…; may be left out when there is only one"
    )
    adding.set_defaults(run=_add)
    for verb, run, about in (
        ("show", _show, "one domain"),
        ("records", _records, "the records to publish, with their verdicts"),
        ("check", _check, "look at the records now"),
    ):
        made = verbs.add_parser(verb, help=about)
        made.add_argument("domain", help="its name, or dom_…")
        made.set_defaults(run=run)
    made.add_argument(
        "--wait", type=float, default=0, metavar="SECONDS", help="until it is verified"
    )


def find(client: Client, named: str) -> shapes.Domain:
    """A domain by name or id; raises ClientError for a name that the key does not see."""
    if named.startswith("dom_"):
        return client.domains.get(named)
    found = client.domains.list(name=named, limit=1)["data"]
    if not found:
        raise ClientError(f"There is no domain {named} here.")
    return found[0]


def _list(options: argparse.Namespace) -> None:
    with logins.current().client() as client:
        found = list(client.domains.each(state=options.state, sort="name"))
    if options.json:
        showing.as_json(found)
    else:
        showing.rows(found, _COLUMNS)


def _add(options: argparse.Namespace) -> None:
    with logins.current().client() as client:
        organisation = organisations.find(client, options.organisation)
        made = client.domains.create(name=options.name, organisation=organisation)
    if options.json:
        return showing.as_json(made)
    print(f"Added {made['name']} ({made['id']}). Publish its records:")
    return print(f"  livery-cli domains records {made['name']}")


def _show(options: argparse.Namespace) -> None:
    with logins.current().client() as client:
        found = find(client, options.domain)
    (showing.as_json if options.json else showing.facts)(found)


def _records(options: argparse.Namespace) -> None:
    with logins.current().client() as client:
        found = client.domains.records(find(client, options.domain)["id"])
    if options.json:
        showing.as_json(found)
    else:
        showing.rows(found["data"], _RECORDS)


def _check(options: argparse.Namespace) -> None:
    until = time.monotonic() + options.wait
    with logins.current().client() as client:
        found = client.domains.check(find(client, options.domain)["id"])
        while found["state"] == "pending" and time.monotonic() < until:
            time.sleep(_POLL)
            found = client.domains.get(found["id"])
    if options.json:
        showing.as_json(found)
    else:
        print(f"{found['name']} is {found['state']}.")
