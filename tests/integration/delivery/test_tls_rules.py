"""A provider's `tls = "required"`: nothing goes there in the clear, except what its sender waives."""

from kernel import clock
from tests.waiting import eventually

RULE = '[default]\ntls = "required"'
TRIED = """SELECT a.phase, a.enhanced, a.reply, a.reason
    FROM public.attempt a JOIN public.recipient r ON r.id = a.recipient_id
    WHERE r.domain = 'secret.test'"""
COUNTED = "SELECT policy_domain, policy_type, mx FROM public.tls_result WHERE result = %s"


def test_mail_waits_rather_than_leave_in_the_clear(loop, sink, submit, database):
    database.execute(
        "INSERT INTO public.shaping_rule (name, content, changed_at) VALUES ('tls', %s, %s)",
        [RULE, clock.now()],
    )
    submit("bob@secret.test")
    submit("bob@open.test", require_tls=False)
    loop.start()
    first, *_ = eventually(lambda: database.execute(TRIED).fetchall())
    phase, enhanced, text, reason = first
    assert (phase, enhanced, reason) == ("starttls", "4.7.4", "tls-required")
    assert "TLS is required by our shaping rules (other), but not offered" in text
    eventually(lambda: sink.copies("bob@open.test"))
    loop.stop()
    assert not sink.copies("bob@secret.test")
    counted = database.execute(COUNTED, ["starttls-not-supported"]).fetchall()
    assert counted == [("secret.test", "no-policy-found", "mx.secret.test")]
