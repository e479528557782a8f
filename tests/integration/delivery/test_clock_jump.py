"""The machine's clock jumps while a worker runs: retries and leases go by the database's."""

from datetime import UTC, datetime, timedelta

import pytest

from kernel import clock
from tests.waiting import eventually


@pytest.mark.parametrize("hours", [1, -1])
def test_a_jump_of_the_clock_hurries_nothing_and_stops_nothing(
    loop, sink, submit, database, monkeypatch, hours
):
    class Jumped(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(hours=hours)

    submit("bob@outside.test")
    database.execute(
        "UPDATE public.queue_entry SET attempts = 1, due = clock_timestamp() + interval '3 s'"
    )
    (due,) = database.execute("SELECT due FROM public.queue_entry").fetchone()
    loop.start()
    eventually(lambda: database.execute("SELECT 1 FROM public.egress_shard").fetchone())
    monkeypatch.setattr(clock, "datetime", Jumped)
    assert abs(clock.now() - datetime.now(UTC)) > timedelta(minutes=50)
    final = "SELECT final_at, clock_timestamp() FROM public.recipient WHERE status = 'delivered'"
    final_at, now = eventually(lambda: database.execute(final).fetchone())
    assert due <= final_at <= now
    assert len(sink.received) == 1
