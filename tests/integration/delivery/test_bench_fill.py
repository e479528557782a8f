"""The bench's big queue is one that acceptance could have made."""

from pathlib import Path

from django.utils import timezone

from mailcore.delivery.selectors import audit_queue
from tests.waiting import eventually

FILL = Path(__file__).resolve().parents[3] / "platform" / "deploy" / "bench" / "fill.sql"


def test_what_is_filled_in_balances_and_is_delivered(loop, sink, submit, database):
    submit("first@seed.test"), submit("second@seed.test")
    seeds = [row[0] for row in database.execute("SELECT id FROM public.message ORDER BY id")]
    told = {
        "seeds": seeds,
        "at": timezone.now(),
        "numbers": list(range(6)),
        "domains": ["a.test", "b.test"] * 3,
    }
    database.execute(FILL.read_text(encoding="utf-8"), told)
    audit, _ = audit_queue()
    assert audit.is_sound
    assert (audit.accepted, audit.received, audit.states) == (8, 8, {"queued": 8})
    loop.start()
    eventually(lambda: len(sink.received) == 8)
    wanted = {f"r{number}@{'ab'[number % 2]}.test" for number in range(6)}
    assert wanted <= {address for address, _, _ in sink.received}
