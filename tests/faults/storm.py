"""The faults that a storm draws from, each a method, and what is owed when it is over."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import redis
from psycopg.rows import TupleRow

from stack.bench.flow import Flow
from stack.client.compose import compose
from stack.client.endpoints import Endpoints
from stack.client.smtp import open_session, transfer
from stack.client.waiting import wait_for
from stack.demo.world import World
from tests.faults.dns_faults import Zone
from tests.faults.workers import EGRESS, PartsLike, Workers

#: Seconds in which a fact comes, also on a machine that is out of breath.
PATIENCE = 180
PAUSED_SECONDS = 3
#: A lease of three seconds stands for one of 45, of four for one of 900.
SHORT = {"waiting_lease": 3, "session_lease": 4, "takeover": 3, "heartbeat": 0.5, "sweep": 1}
#: Recipients per second of the limit that Redis vanishes under, and how many there are.
RATE, LIMITED = 5, 60
#: Seconds for which the counting side may stand still: what waited meanwhile then comes at once.
STALL = 5
#: Set when the stack's folder is a disk of its own that may be filled; another version's checkout.
DISK, OTHER_VERSION = "LIVERY_FAULT_DISK", "LIVERY_FAULT_CHECKOUT"
#: Refusals until there is room again on the disk.
REFUSED = 40
LATER = "451 4.3.0 later"


class Storm:
    """What is drawn is done to the stack while `flow` goes on."""

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

    def faults(self) -> dict[str, Callable[[], None]]:
        """Every fault by its name; those that need a machine prepared for them where it is."""
        killed = (EGRESS, "accept", "postfix", "postgres", "redis", "unbound")
        return {
            **{f"kill -9 {name}": lambda name=name: self._parts.kill(name) for name in killed},
            "Redis is wiped": self.wipe_redis,
            "the engine stands still": self.pause_engine,
            "a third of the mail is put off": self.put_off,
            "the other side is slow": self.slow_down,
            "the line breaks after the dot": self.break_lines,
            "DNS is out of order": self.break_dns,
            "the clock jumps": self.jump,
            "a worker sleeps past its leases": self.oversleep,
            "Redis vanishes under a limit": self.limit,
            "one provider refuses all": self.refuse,
            **({"the disk is full": self.fill_disk} if DISK in os.environ else {}),
            **({"two versions work": self.two_versions} if OTHER_VERSION in os.environ else {}),
        }

    # -- Short ones -------------------------------------------------------------------------------

    def wipe_redis(self) -> None:
        """FLUSHALL: queues, wake-ups and throttles of the moment are gone."""
        with redis.Redis.from_url(self._setting("LIVERY_REDIS_URL")) as client:
            client.flushall()

    def pause_engine(self) -> None:
        """SIGSTOP, as a machine that is out of breath."""
        pid = self._parts.wait_running(EGRESS)
        os.kill(pid, signal.SIGSTOP)
        time.sleep(PAUSED_SECONDS)
        os.kill(pid, signal.SIGCONT)

    def put_off(self) -> None:
        """The next ones hear 451."""
        self._world.outside.misbehave("*", phase="rcpt", reply=LATER, times=4)

    def slow_down(self) -> None:
        """The next answers take a second."""
        self._world.outside.misbehave("*", phase="dot", delay=1.0, times=10)

    def break_lines(self) -> None:
        """RST instead of the answer, for two messages that the other side kept, or did not."""
        phase = self._random.choice(("answer", "dot"))
        self.notes.append(f"line broken in phase {phase}")
        seen = self._last_attempt()
        self._world.outside.misbehave(self._flow.sink, phase=phase, drop=True, times=2)
        wait_for(
            lambda: any(
                "dropped" in attempt["reply"]
                for attempt in self._world.outside.attempts(self._flow.sink, after=seen)
            ),
            what="a line that broke",
            seconds=PATIENCE,
        )

    # -- Other people's faults --------------------------------------------------------------------

    def break_dns(self) -> None:
        """One domain's DNS; its mail ends or waits as the RFCs say, and all others' goes on."""
        domain = self._domain("dns")
        name, fault = self._random.choice(sorted(self._zone.faults(domain).items()))
        self.notes.append(f"DNS: {name}")
        self._zone.put(fault.records)
        with self._zone.silence() if fault.needs_silence else nullcontext():
            (address,) = self._send(domain, count=1)
            self.delivers()
            seen = self._tries_of(address)
        assert seen == (fault.outcome, fault.code, fault.enhanced or seen[2]), (name, seen)
        if fault.outcome == "bounced":
            self.owed.pop()
        elif fault.outcome == "deferred":
            self._zone.mend(domain, fault)

    def refuse(self) -> None:
        """A provider says 451 to everything: mail that was accepted later for others arrives before."""
        domain = self._domain("refusing")
        self._zone.put(self._zone.in_order(domain))
        refusal = self._world.outside.misbehave(
            f"*@{domain}", phase="rcpt", reply="451 4.7.0 we are too busy"
        )
        first, *others = self._send(domain, count=20)
        assert self._tries_of(first)[0] == "deferred"
        self.delivers()
        assert not any(self._world.outside.messages(one) for one in (first, *others))
        self._world.outside.behave(refusal)

    # -- Ours -------------------------------------------------------------------------------------

    def jump(self) -> None:
        """A worker whose clock is an hour wrong follows one whose clock is right."""
        self.put_off()
        self.delivers()
        hours = self._random.choice((1, -1))
        self.notes.append(f"clock {hours:+d} h")
        with self._workers.instead():
            self._workers.start(hours=hours)
            self.delivers()

    def oversleep(self) -> None:
        """A worker stops in its sessions, another follows it, and it wakes up again."""
        with self._workers.instead():
            sleeper = self._workers.start(**SHORT)
            self.delivers()
            seen = self._last_attempt()
            self._world.outside.misbehave(self._flow.sink, phase="dot", delay=2.0, times=4)
            wait_for(
                lambda: self._world.outside.attempts(self._flow.sink, after=seen),
                what="an open session",
                seconds=PATIENCE,
                every=0.05,
            )
            os.kill(sleeper.pid, signal.SIGSTOP)
            self._workers.start(**SHORT)
            self.delivers()
            os.kill(sleeper.pid, signal.SIGCONT)
            wait_for(
                lambda: sleeper.poll() is not None,
                what="end of the worker that lost its shard",
                seconds=PATIENCE,
            )
            self.delivers()

    def limit(self) -> None:
        """Redis goes while a site is at its limit, and comes back."""
        domain = self._domain("limited")
        self._zone.put(self._zone.in_order(domain))
        rules = self._folder / "storm.toml"
        rules.write_text(f'[site."mx.{domain}"]\nmessage_rate = "{RATE}/s"\n')
        rules.chmod(0o644)
        self._manage("shaping", "set", str(rules))
        # A new process knows the rule before it claims anything.
        self._parts.kill(EGRESS)
        addresses = self._send(domain, count=LIMITED)
        self._wait_arrived(addresses, at_least=10)
        self._parts.stop("redis")
        self._wait_arrived(addresses, at_least=20)
        self._parts.start("redis")
        self._wait_arrived(addresses, at_least=LIMITED)
        times = sorted(
            message.facts["received_at"]
            for address in addresses
            for message in self._world.outside.messages(address)
        )
        span = times[-1] - times[0]
        self.notes.append(f"{len(times)} in {span:.1f} s, limit {RATE}/s; worst {worst(times)}")
        assert len(times) - 1 <= 1.2 * RATE * span + RATE * STALL, times
        self._manage("shaping", "unset", "storm")

    def two_versions(self) -> None:
        """The version before works in our place, on our database, and hands over to us again."""
        with self._workers.instead():
            other = self._workers.start(checkout=os.environ[OTHER_VERSION])
            self.delivers()
            self._workers.start()
            self.delivers()
            other.terminate()
            other.wait(PATIENCE)
            self.delivers()

    def fill_disk(self) -> None:
        """No byte is left for anybody; mail is refused for now until there is room again."""
        ballast, refused = self._folder / "ballast", self._flow.refused
        try:
            with ballast.open("wb", buffering=0) as file:
                _fill(file.write)
                wait_for(
                    lambda: _fill(file.write) or self._flow.refused >= refused + REFUSED,
                    what="mail refused for now",
                    seconds=PATIENCE,
                )
        finally:
            ballast.unlink()

    @property
    def scale(self) -> float:
        """The factor of every delay of this stack."""
        return float(self._setting("LIVERY_DELAY_SCALE"))

    # -- What they have in common -----------------------------------------------------------------

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

    def _send(self, domain: str, *, count: int) -> list[str]:
        """Submit COUNT messages to as many people there, in one session; all are accepted."""
        user, addresses = self._world.sender, [f"p{number}@{domain}" for number in range(count)]
        with open_session(self._endpoints.service("submission")) as session:
            session.login(user.address, user.password)
            for address in addresses:
                message = compose(sender=user.address, recipient=address, subject=address)
                reply = transfer(session, sender=user.address, recipient=address, message=message)
                assert reply.ok, reply
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


def worst(times: list[float], *, seconds: float = 5.0) -> str:
    """The most in any five seconds, as a rate."""
    most = max(sum(1 for t in times if start <= t < start + seconds) for start in times)
    return f"{most / seconds:.1f}/s over {seconds:g} s"


def _fill(write: Callable[[bytes], int]) -> None:
    """Write until nothing fits any more."""
    size = 1 << 20
    while size:
        try:
            write(b"\0" * size)
        except OSError:
            size //= 2
