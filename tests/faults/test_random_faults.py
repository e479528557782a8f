"""A seeded, bounded storm of faults under mail flow: nothing is lost, every copy too many is explained.

LIVERY_FAULT_SEED chooses another storm, LIVERY_FAULT_ROUNDS a longer one (docs/benchmarks/faults.md).
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Protocol

import redis

from stack.bench.flow import Flow, flowing
from stack.client.endpoints import Endpoints
from stack.client.waiting import wait_for
from stack.demo.world import World

SEED = int(os.environ.get("LIVERY_FAULT_SEED", "20261122"))
ROUNDS = int(os.environ.get("LIVERY_FAULT_ROUNDS", "4"))
#: What a round does not last longer than, in seconds.
ROUND_SECONDS = 90
RETURN_SECONDS = 300
PAUSED_SECONDS = 3


class PartsLike(Protocol):
    """What `parts` can do."""

    def kill(self, name: str) -> None: ...
    def wait_running(self, name: str, *, not_pid: int = 0) -> int: ...


class Storm:
    """The faults, each one a method; which comes next is drawn by the seed."""

    def __init__(self, world: World, parts: PartsLike, endpoints: Endpoints) -> None:
        self._world, self._parts, self._endpoints = world, parts, endpoints
        self.drawn: list[str] = []

    def faults(self) -> dict[str, Callable[[], None]]:
        """Every fault by its name."""
        killed = ("egress.node1", "accept", "postfix", "postgres", "redis", "unbound")
        return {
            **{f"kill -9 {name}": lambda name=name: self._parts.kill(name) for name in killed},
            "Redis is wiped": self.wipe_redis,
            "the engine stands still": self.pause_engine,
            "a third of the mail is put off": self.put_off,
            "the other side is slow": self.slow_down,
        }

    def wipe_redis(self) -> None:
        """FLUSHALL: queues, wake-ups and throttles of the moment are gone."""
        address = self._endpoints.service("redis")
        url = _setting(self._endpoints, "LIVERY_REDIS_URL")
        assert address.address in url
        with redis.Redis.from_url(url) as client:
            client.flushall()

    def pause_engine(self) -> None:
        """SIGSTOP, as a machine that is out of breath."""
        pid = self._parts.wait_running("egress.node1")
        os.kill(pid, signal.SIGSTOP)
        time.sleep(PAUSED_SECONDS)
        os.kill(pid, signal.SIGCONT)

    def put_off(self) -> None:
        """The next ones hear 451."""
        self._world.outside.misbehave("*", phase="rcpt", reply="451 4.3.0 later", times=4)

    def slow_down(self) -> None:
        """The next answers take a second."""
        self._world.outside.misbehave("*", phase="dot", delay=1.0, times=10)


def test_a_storm_of_faults_loses_nothing_and_explains_every_copy(
    world: World, parts: PartsLike, endpoints: Endpoints
) -> None:
    storm, random = Storm(world, parts, endpoints), Random(SEED)
    faults = storm.faults()
    chosen = [random.choice(sorted(faults)) for _ in range(ROUNDS)]
    print(f"seed {SEED}: {', '.join(chosen)}")
    try:
        with flowing(world, word="storm") as flow:
            for name in chosen:
                faults[name]()
                _go_on(flow, after=name)
    finally:
        world.outside.behave()
    flow.wait_complete(seconds=RETURN_SECONDS)
    audit = _audit(endpoints)
    assert audit["ok"], audit
    copies = Counter(m.subject for m in world.outside.messages(flow.sink, limit=5000))
    surplus = sum(copies.values()) - len(copies)
    explained = [one for one in audit["possible_duplicates"] if one["address"] == flow.sink]
    assert surplus <= len(explained), (copies.most_common(5), explained)


def _go_on(flow: Flow, *, after: str) -> None:
    before = (len(flow.sent_out), len(flow.sent_in))
    wait_for(
        lambda: flow.has_grown(*before),
        what=f"mail flowing again after: {after}",
        seconds=ROUND_SECONDS,
    )


def _setting(endpoints: Endpoints, name: str) -> str:
    lines = Path(endpoints.raw["env_file"]).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)[name].strip("\"'")


def _audit(endpoints: Endpoints) -> dict[str, Any]:
    """What `./livery queue audit --json` says, once the last results are stored."""
    command = [sys.executable, "manage.py", "queue", "audit", "--json"]
    environment = {**os.environ, "LIVERY_ENV_FILE": endpoints.raw["env_file"]}
    done = subprocess.run(
        command,
        cwd=endpoints.raw["checkout"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout, done.stderr
    return dict(json.loads(done.stdout))
