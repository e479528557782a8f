"""The faults that a storm draws from, each a method, and what is owed when it is over."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path

import psycopg
import redis

from stack.client.waiting import wait_for
from tests.faults.hosts import Hosts, Mode
from tests.faults.stage import PATIENCE, Stage
from tests.faults.workers import EGRESS

PAUSED_SECONDS = 3
#: A lease of three seconds stands for one of 45, of four for one of 900.
SHORT = {"waiting_lease": 3, "session_lease": 4, "takeover": 3, "heartbeat": 0.5, "sweep": 1}
#: Recipients per second of the limit that Redis vanishes under, and how many there are.
RATE, LIMITED = 5, 60
#: Seconds for which the counting side may stand still: what waited meanwhile then comes at once.
STALL = 5
#: Set when the stack's folder is a disk of its own that may be filled; another version's checkout.
DISK, OTHER_VERSION = "LIVERY_FAULT_DISK", "LIVERY_FAULT_CHECKOUT"
#: Refusals until there is room again on the disk; seconds without an inode, in which Postfix may not
#: even answer: its cleanup cannot start without a lock file.
REFUSED, WITHOUT_INODES = 40, 40
#: Messages for each mail host that holds its callers; what a site that has taken nothing yet is
#: called at most at a time: three times from each of our two addresses.
HELD, CALLS = 14, 6
LATER = "451 4.3.0 later"


class Storm(Stage):
    """What is drawn is done to the stack while `flow` goes on."""

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
            "mail hosts hold whoever calls": self.hold,
            "the queue's table changes": self.expand,
            **(self._full() if DISK in os.environ else {}),
            **({"two versions work": self.two_versions} if OTHER_VERSION in os.environ else {}),
        }

    def _full(self) -> dict[str, Callable[[], None]]:
        return {"the disk is full": self.fill_disk, "no inode is left": self.fill_inodes}

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

    def hold(self) -> None:
        """Three of fifteen mail hosts: no greeting, a byte of it each second, no answer to the dot."""
        modes: tuple[Mode, ...] = ("silent", "drips", "dumb")
        held = {
            self._domain(mode): place for mode, place in zip(modes, self._zone.spare, strict=True)
        }
        others = [self._domain("beside") for _ in range(12)]
        records = [self._zone.in_order(one, at=held.get(one)) for one in (*held, *others)]
        self._zone.put({key: values for some in records for key, values in some.items()})
        with Hosts(self._zone.spare) as hosts:
            known = [hosts.by_address[place] for place in self._zone.spare]
            for host, mode, domain in zip(known, modes, held, strict=True):
                host.mode = mode
                self._send(domain, count=HELD, is_owed=False)
            wait_for(lambda: all(host.open for host in known), what="held calls", seconds=PATIENCE)
            for domain in others:
                self._wait_arrived(self._send(domain, count=2), at_least=2)
            self.delivers()
            assert all(host.open for host in known), "they hold, and others' mail has gone on"
            most = [one.most_open for one in known]
            for host in known:
                host.mode = "well"
            wait_for(
                lambda: all(len(host.kept) == HELD for host in known),
                what="mail that was held",
                seconds=PATIENCE,
            )
            for domain in held:
                self._wait_arrived([f"@{domain}"] * HELD, at_least=HELD)
            copies = [one.kept.total() for one in known]
        self.notes.append(f"at most {most} calls at a time, {copies} of {HELD} messages each")
        assert max(most) <= CALLS, most
        assert copies == [HELD] * len(known), copies

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

    def expand(self) -> None:
        """A column and an index come to the queue, while a long transaction has read it."""
        name = f"storm{self._domains}"
        self._domains += 1
        with psycopg.connect(self._endpoints.raw["dsn"]["delivery"]) as report:
            report.execute("SELECT count(*) FROM public.queue_entry")
            adding = self._workers.migrate(
                f"ALTER TABLE public.queue_entry ADD COLUMN {name} text NOT NULL DEFAULT ''",
                f"CREATE INDEX CONCURRENTLY {name} ON public.queue_entry ({name}) WHERE {name} <> ''",
            )
            wait_for(
                lambda: "in use" in self._workers.migrated(),
                what="migration that waits",
                seconds=PATIENCE,
            )
            self.delivers()
            assert adding.poll() is None, "it still waits, and newer mail has gone on"
        assert adding.wait(PATIENCE) == 0, self._workers.migrated()
        self.delivers()
        dropping = self._workers.migrate(f"ALTER TABLE public.queue_entry DROP COLUMN {name}")
        assert dropping.wait(PATIENCE) == 0, self._workers.migrated()
        self.delivers()

    def fill_inodes(self) -> None:
        """No file can be made by anybody; what needs one is refused for now."""
        folder, flow = self._folder / "ballast", self._flow
        refused, accepted = flow.refused, len(flow.sent_out)
        folder.mkdir()
        try:
            until = time.monotonic() + WITHOUT_INODES
            while time.monotonic() < until:
                _use_up(folder)
                time.sleep(0.2)
        finally:
            shutil.rmtree(folder)
        self.notes.append(
            f"without an inode {flow.refused - refused} refused, {len(flow.sent_out) - accepted} accepted"
        )

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


def _use_up(folder: Path) -> None:
    """Make empty files until no more can be made."""
    with suppress(OSError):
        while True:
            (folder / f"{time.monotonic_ns()}").touch(exist_ok=False)
