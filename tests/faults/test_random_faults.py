"""A seeded, bounded storm of faults under mail flow: nothing is lost, every copy too many is explained.

LIVERY_FAULT_SEED chooses another storm, LIVERY_FAULT_ROUNDS a longer one, LIVERY_FAULT_ONLY draws
only faults whose names begin with one of these words (docs/benchmarks/faults.md).
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from random import Random
from typing import Any

from stack.bench.flow import Flow, flowing
from stack.client.endpoints import Endpoints
from stack.client.waiting import wait_for
from stack.demo.world import World
from tests.faults.storm import PATIENCE, Storm
from tests.faults.workers import PartsLike

SEED = int(os.environ.get("LIVERY_FAULT_SEED", "20263456"))
ROUNDS = int(os.environ.get("LIVERY_FAULT_ROUNDS", "3"))
ONLY = tuple(os.environ.get("LIVERY_FAULT_ONLY", "").split(","))
RETURN_SECONDS = 300
#: The first retry of a person's mail comes after five minutes, less a fifth.
SOONEST = 240


def test_a_storm_of_faults_loses_nothing_and_explains_every_copy(
    world: World, parts: PartsLike, endpoints: Endpoints
) -> None:
    random = Random(SEED)
    try:
        with flowing(world, word="storm") as flow:
            storm = Storm(world, parts, endpoints, random=random, flow=flow)
            faults = {name: act for name, act in storm.faults().items() if name.startswith(ONLY)}
            chosen = [random.choice(sorted(faults)) for _ in range(ROUNDS)]
            print(f"seed {SEED}: {', '.join(chosen)}")
            for name in chosen:
                began = time.monotonic()
                faults[name]()
                _go_on(flow, after=name)
                storm.notes.append(f"{name}: {time.monotonic() - began:.0f} s")
    finally:
        world.outside.behave()
    flow.wait_complete(seconds=RETURN_SECONDS)
    for address, subject in storm.owed:
        world.outside.wait_message(address, subject=subject, seconds=RETURN_SECONDS)
    print("; ".join(storm.notes))
    _assert_explained(world, flow, storm, _audit(endpoints))
    assert _hurried(storm) == []


def _go_on(flow: Flow, *, after: str) -> None:
    before = (len(flow.sent_out), len(flow.sent_in))
    wait_for(
        lambda: flow.has_grown(*before),
        what=f"mail flowing again after: {after}",
        seconds=PATIENCE,
    )


def _assert_explained(world: World, flow: Flow, storm: Storm, audit: dict[str, Any]) -> None:
    """No more copies of anybody's than the audit lists with their cause."""
    assert audit["ok"], audit
    explained = Counter(one["address"] for one in audit["possible_duplicates"])
    copies = Counter(message.subject for message in world.outside.messages(flow.sink, limit=5000))
    surplus = sum(copies.values()) - len(copies)
    print(
        f"{len(flow.sent_out)} out, {len(flow.sent_in)} in, {len(storm.owed)} beside,"
        f" {flow.refused} refused for now, {surplus} copies too many,"
        f" {explained[flow.sink]} possible ones listed"
    )
    assert surplus <= explained[flow.sink], (copies.most_common(5), audit)
    for address, _ in storm.owed:
        assert len(world.outside.messages(address)) - 1 <= explained[address], address


def _hurried(storm: Storm) -> list[object]:
    """Tries that came sooner after a 451 than the schedule says, by the database's clock."""
    return storm.ask(
        "SELECT a.recipient_id, a.ended_at, b.started_at FROM public.attempt a"
        " JOIN public.attempt b ON b.recipient_id = a.recipient_id AND b.lease_seq > a.lease_seq"
        " WHERE a.code = 451 AND a.phase = 'rcpt' AND NOT a.late"
        " AND b.started_at < a.ended_at + make_interval(secs => %s)",
        SOONEST * storm.scale * 0.9,
    )


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
        timeout=PATIENCE,
    )
    assert done.stdout, done.stderr
    return dict(json.loads(done.stdout))
