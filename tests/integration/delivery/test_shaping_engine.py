"""The engine under the throttle: a server that has had enough is left alone, then asked again."""

from datetime import timedelta

from kernel import clock
from mailcore.delivery.shaping.standing import LADDER
from tests.waiting import eventually

BLOCKED = "450 4.7.1 Service unavailable; Client host [127.77.101.30] blocked using zen.test"
SUSPENDED = """SELECT source, target, cause, until_at FROM public.shaping_overlay
    WHERE kind = 'suspend' AND origin = 'standing'"""
LEASED = "SELECT 1 FROM public.queue_entry WHERE state = 'leased'"
TRIES = """SELECT count(*) FROM public.attempt a JOIN public.recipient r ON r.id = a.recipient_id
    WHERE r.domain = 'storm.test'"""


def test_a_block_ends_in_a_suspension_and_others_get_their_mail(loop, sink, submit, database):
    people = [f"p{n}@storm.test" for n in range(6)]
    sink.replies = {person: [BLOCKED] for person in people}
    for person in people:
        submit(person)
    # The quarter of an hour is seven minutes here, longer than this test.
    loop.start(delay_scale=0.5)
    ((source, target, cause, until),) = eventually(lambda: database.execute(SUSPENDED).fetchall())
    assert (source, target) == ("127.77.101.30", "mx.storm.test")
    assert cause == "blocked 3 times"
    left = until - clock.now()
    assert timedelta(0) < left <= timedelta(seconds=LADDER[0] * 0.5)
    # What was under way at that moment ends as it may.
    eventually(lambda: not database.execute(LEASED).fetchone())
    tries = database.execute(TRIES).fetchone()
    submit("late@storm.test")
    submit("bob@outside.test")
    eventually(lambda: sink.copies("bob@outside.test"))
    assert database.execute(TRIES).fetchone() == tries
    assert not sink.copies("late@storm.test")
