"""Which portal and key the command line uses: a file of its owner's, or the environment."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from livery_client.client import Client
from livery_client.errors import ClientError


class NotLoggedIn(ClientError):
    """No portal is known yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A portal's host name with a key; `address` and `ca_file` as of Client."""

    portal: str
    key: str
    address: str = ""
    ca_file: str = ""

    def client(self) -> Client:
        """A client for this portal."""
        return Client(self.portal, self.key, address=self.address, ca_file=self.ca_file)


def place() -> Path:
    """`LIVERY_CLI_FILE`, else `livery/login.json` in the user's configuration folder."""
    stated = os.environ.get("LIVERY_CLI_FILE")
    folder = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(stated) if stated else Path(folder) / "livery" / "login.json"


def keep(login: Login) -> Path:
    """Write the login so that only its owner can read it; the file."""
    target = place()
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(asdict(login), stream, indent=2)
    draft.replace(target)
    return target


def forget() -> None:
    """Remove the kept login."""
    place().unlink(missing_ok=True)


def current() -> Login:
    """`LIVERY_PORTAL` and `LIVERY_KEY` (for jobs), else what was kept; raises NotLoggedIn."""
    portal, key = os.environ.get("LIVERY_PORTAL"), os.environ.get("LIVERY_KEY")
    if portal and key:
        return Login(
            portal=portal,
            key=key,
            address=os.environ.get("LIVERY_ADDRESS", ""),
            ca_file=os.environ.get("LIVERY_CA_FILE", ""),
        )
    try:
        return Login(**json.loads(place().read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise NotLoggedIn("Log in first: livery-cli login PORTAL") from error
    except (ValueError, TypeError) as error:
        raise NotLoggedIn(f"{place()} cannot be read ({error}): log in again") from error
