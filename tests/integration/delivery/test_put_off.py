"""What may not go now goes back, costs no try, and keeps nobody else waiting."""

from mailcore.delivery.ports import Wait
from mailcore.delivery.shaping.throttle import Throttle
from tests.waiting import eventually


def test_mail_over_a_limit_waits_uncounted_and_other_sites_are_served(
    loop, sink, submit, database, monkeypatch
):
    admit = Throttle.admit

    async def one_site_is_full(throttle, errand, *, source):
        if errand.site == "mx.full.test":
            return Wait(seconds=1, reason="full")
        return await admit(throttle, errand, source=source)

    monkeypatch.setattr(Throttle, "admit", one_site_is_full)
    submit("first@full.test")
    submit("bob@outside.test")
    loop.start()
    eventually(lambda: sink.copies("bob@outside.test"))
    rested = """SELECT q.attempts, q.state, p.suspended_until > clock_timestamp() - interval '2 s'
        FROM public.queue_entry q JOIN public.active_pair p USING (site)"""
    eventually(lambda: database.execute(rested).fetchall() == [(0, "ready", True)])
    tries = "SELECT count(*) FROM public.attempt a JOIN public.recipient r ON r.id = a.recipient_id"
    assert database.execute(f"{tries} WHERE r.domain = 'full.test'").fetchone() == (0,)
    assert not sink.copies("first@full.test")
