"""`login`, `logout`, `whoami`."""

import argparse
import getpass
import sys
from pathlib import Path
from typing import Any

from livery_client.cli import logins, showing
from livery_client.errors import ClientError


def add_to(commands: Any) -> None:
    """Add this group's commands."""
    login = commands.add_parser("login", help="keep a portal's name and a key of it")
    login.add_argument("portal", help="the portal's host name")
    login.add_argument(
        "--key-file", type=Path, help="read the key from there instead of asking for it"
    )
    login.add_argument(
        "--address", default="", help="connect there instead of where the name leads"
    )
    login.add_argument("--ca-file", default="", help="trust this authority instead of the system's")
    login.set_defaults(run=_log_in)
    commands.add_parser("logout", help="forget them").set_defaults(run=_log_out)
    commands.add_parser("whoami", help="the key and what it may do").set_defaults(run=_who_am_i)


def _log_in(options: argparse.Namespace) -> None:
    login = logins.Login(
        portal=options.portal.removeprefix("https://").rstrip("/"),
        key=_key(options.key_file),
        address=options.address,
        ca_file=str(Path(options.ca_file).resolve(strict=True)) if options.ca_file else "",
    )
    with login.client() as client:  # a key that is not good is not kept
        me = client.me.get()
    place = logins.keep(login)
    key = me["key"]
    print(
        f"Logged in to {login.portal} with the key “{key['name']}” ({key['id']}); kept in {place}."
    )


def _key(file: Path | None) -> str:
    if file is not None:
        key = file.read_text(encoding="utf-8").strip()
    elif not sys.stdin.isatty():
        key = sys.stdin.readline().strip()
    else:
        key = getpass.getpass("Key (lvk_…): ").strip()
    if not (key.isascii() and key.isprintable() and key):
        raise ClientError("This is no key: it begins with lvk_, and has letters and digits only.")
    return key


def _log_out(_: argparse.Namespace) -> None:
    logins.forget()
    print("Logged out; the key itself is still good: revoke it in the portal if it must not be.")


def _who_am_i(options: argparse.Namespace) -> None:
    login = logins.current()
    with login.client() as client:
        me = client.me.get()
    if options.json:
        showing.as_json(me)
    else:
        showing.facts({"portal": login.portal, **me})
