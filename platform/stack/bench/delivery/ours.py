"""Our plane as a contender: through the mail edge, straight into the accept daemon, or by REST."""

import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import psycopg

from stack.bench.delivery.rest import RestDoor
from stack.bench.delivery.source import Door, Entrance
from stack.client.api import ApiClient
from stack.client.endpoints import Endpoints
from stack.demo.world import User

Way = Literal["edge", "lmtp", "rest"]
#: Parts that mail passes, by the way that it comes in.
ALWAYS = (
    "postgres", "redis", "egress.node1", "events", "control", "unbound",
    "hosting", "hosting-secondary", "registry", "registry-secondary",
)  # fmt: skip
BESIDES: dict[Way, tuple[str, ...]] = {
    "edge": ("accept", "postfix", "dovecot"),
    "lmtp": ("accept",),
    "rest": ("caddy", "web"),
}
SETTLE_SECONDS = 60.0
#: Messages and recipients of a day.
MOST = 10**9


class Ours:
    """The running stack, and one way into it."""

    def __init__(self, endpoints: Endpoints, *, user: User, way: Way, door: Entrance) -> None:
        self.name, self.sender, self.door = str(way), user.address, door
        self.endpoints = endpoints
        self._var = folder_of(endpoints)
        self._parts = (*ALWAYS, *BESIDES[way])
        self._dsn = str(endpoints.raw["dsn"]["owner"])

    def pids(self) -> Mapping[str, int]:
        """The recorded process of each part."""
        found = {}
        for part in self._parts:
            record = self._var / "pids" / f"{part}.json"
            if record.exists():
                found[part] = int(json.loads(record.read_text())["pid"])
        return found

    def settle(self) -> None:
        """Wait until the last results are stored."""
        until = time.monotonic() + SETTLE_SECONDS
        while self.queued() and time.monotonic() < until:
            time.sleep(0.05)

    def queued(self) -> int:
        """Return how many recipients are in the queue and not held."""
        return self._number("SELECT count(*) FROM public.queue_entry WHERE state <> 'held'")

    def wal(self) -> int:
        """The position in the write-ahead log in bytes."""
        return self._number("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint")

    def _number(self, statement: str) -> int:
        with psycopg.connect(self._dsn) as connection:
            row = connection.execute(statement).fetchone()
        return int(row[0]) if row else 0


def through_edge(endpoints: Endpoints, user: User) -> Ours:
    """By submission: STARTTLS and a login."""
    return Ours(endpoints, user=user, way="edge", door=_edge(endpoints, user))


def over_lmtp(endpoints: Endpoints, user: User) -> Ours:
    """Into the accept daemon, as the edge does."""
    return Ours(endpoints, user=user, way="lmtp", door=_lmtp(endpoints, user))


def by_rest(endpoints: Endpoints, user: User, api: ApiClient) -> Ours:
    """In batches, with a key of the mailbox's reseller."""
    return Ours(endpoints, user=user, way="rest", door=RestDoor(api=api))


def raise_limits(endpoints: Endpoints, user: User) -> None:
    """As the operator, let a mailbox send more in a day than a person does, and sites take more."""
    rules = Path(str(endpoints.raw["checkout"])) / "platform" / "deploy" / "bench" / "shaping.toml"
    command(endpoints, "manage", "shaping", "set", str(rules), "--name", "bench")
    with psycopg.connect(str(endpoints.raw["dsn"]["operator"])) as connection:
        connection.execute(
            "INSERT INTO public.sending_limit (reseller_id, messages, recipients, new_recipients)"
            " SELECT reseller_id, %(most)s, %(most)s, %(most)s FROM public.mailbox_login"
            " WHERE address = %(address)s ON CONFLICT DO NOTHING",
            {"most": MOST, "address": user.address},
        )


def command(endpoints: Endpoints, verb: str, *words: str) -> str:
    """Run a command of `./livery` on this stack and return what it says; raises CalledProcessError."""
    var = str(folder_of(endpoints))
    which = ("--stack", str(endpoints.raw["stack"]), "--var", var)
    line = [sys.executable, "-m", "stack", verb, *which, *words]
    return subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True).stdout


def folder_of(endpoints: Endpoints) -> Path:
    """Return the folder of the stack's state."""
    return Path(str(endpoints.raw["env_file"])).parent


def _edge(endpoints: Endpoints, user: User) -> Door:
    service = endpoints.service("submission")
    return Door(
        address=service.address,
        port=service.port,
        service=service,
        login=user.address,
        password=user.password,
    )


def _lmtp(endpoints: Endpoints, user: User) -> Door:
    service = endpoints.service("accept")
    key = (folder_of(endpoints) / "secrets" / "identity_key").read_bytes()
    line = f"X-Livery-Auth: {vouch(key=key, login=user.address, at=int(time.time()))}\r\n"
    return Door(address=service.address, port=service.port, is_lmtp=True, prefix=line.encode())


def vouch(*, key: bytes, login: str, at: int) -> str:
    """Return the identity header that the edge would write for a login that sends as itself."""
    nonce = os.urandom(8).hex()
    text = "\0".join(("identity-v1", login, login.lower(), str(at), nonce))
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    packed = urlsafe_b64encode(login.encode()).decode().rstrip("=")
    return f"v1; l={packed}; t={at}; n={nonce}; s={signature}"
