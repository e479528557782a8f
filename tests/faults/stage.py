"""The stage of a storm: what every fault needs of the stack and of its mail."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from stack.bench.flow import Flow
from stack.client.compose import compose
from stack.client.endpoints import Endpoints
from stack.client.smtp import open_session, transfer
from stack.client.waiting import wait_for
from stack.demo.world import World
from tests.faults.dns_faults import Zone
from tests.faults.workers import PartsLike, Workers

#: Seconds in which a fact comes, also on a machine that is out of breath.
PATIENCE = 180


class Stage:
    """A running stack with a `flow` of mail, and hands to break it with."""

    def __init__(
        self, world: World, parts: PartsLike, endpoints: Endpoints, *, random: Random, flow: Flow
    ) -> None:
        self._world, self._parts, self._endpoints = world, parts, endpoints
        self._random, self._flow = random, flow
        self._workers = Workers(endpoints, parts)
        self._zone = Zone(endpoints)
        self._folder = Path(endpoints.raw["env_file"]).parent
        self._domains = 0
        #: (address, subject) of accepted messages beside the flow that have to arrive.
        self.owed: list[tuple[str, str]] = []
        #: What was measured, for the protocol.
        self.notes: list[str] = []

    @property
    def scale(self) -> float:
        """The factor of every delay of this stack."""
        return float(self._setting("LIVERY_DELAY_SCALE"))

    def delivers(self) -> None:
        """Wait until something arrives outside that was accepted after this moment."""
        before = len(self._flow.sent_out)

        def look() -> bool:
            missing = self._flow.missing_outside()
            return any(subject not in missing for subject in self._flow.sent_out[before:])

        wait_for(look, what="delivery of newer mail", seconds=PATIENCE, every=0.5)

    def _last_attempt(self) -> int:
        last = 0
        while tries := self._world.outside.attempts(self._flow.sink, after=last):
            last = int(tries[-1]["id"])
        return last

    def ask(self, query: str, *parameters: object) -> list[TupleRow]:
        """Rows as role delivery, which sees everybody's mail."""
        with psycopg.connect(self._endpoints.raw["dsn"]["delivery"]) as connection:
            return connection.execute(query, parameters).fetchall()

    def _domain(self, word: str) -> str:
        self._domains += 1
        return f"{word}{self._domains}-{self._world.mark}.{self._zone.name}"

    def _send(self, domain: str, *, count: int, is_owed: bool = True) -> list[str]:
        """Submit COUNT messages to as many people there, in one session; all are accepted."""
        user, addresses = self._world.sender, [f"p{number}@{domain}" for number in range(count)]
        with open_session(self._endpoints.service("submission")) as session:
            session.login(user.address, user.password)
            for address in addresses:
                message = compose(sender=user.address, recipient=address, subject=address)
                reply = transfer(session, sender=user.address, recipient=address, message=message)
                assert reply.ok, reply
                if is_owed:
                    self.owed.append((address, address))
        return addresses

    def _tries_of(self, address: str) -> tuple[Any, ...]:
        """Outcome, code and enhanced code of the first try, when there was one."""
        found = wait_for(
            lambda: self.ask(
                "SELECT a.outcome, a.code, a.enhanced FROM public.attempt a JOIN public.recipient r"
                " ON r.id = a.recipient_id WHERE r.address = %s ORDER BY a.started_at",
                address,
            ),
            what=f"a try of {address}",
            seconds=PATIENCE,
        )
        return found[0]

    def _wait_arrived(self, addresses: list[str], *, at_least: int) -> None:
        domain = addresses[0].rpartition("@")[2]
        query = (
            "SELECT count(*) FROM public.recipient"
            " WHERE domain = %s AND status = 'delivered' HAVING count(*) >= %s"
        )
        wait_for(
            lambda: self.ask(query, domain, at_least),
            what=f"{at_least} of {len(addresses)} delivered",
            seconds=PATIENCE,
        )

    def _setting(self, name: str) -> str:
        lines = Path(self._endpoints.raw["env_file"]).read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)[name].strip("\"'")

    def _manage(self, *arguments: str) -> str:
        """What a command of the stack says."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self._endpoints.raw["checkout"],
            env={**os.environ, "LIVERY_ENV_FILE": self._endpoints.raw["env_file"]},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout
