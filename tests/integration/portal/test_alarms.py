"""Who hears of alarms and of paused streams, and where they see them."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection

from controlplane import dispatch
from kernel import clock, outbox
from kernel.roles import as_role
from kernel.tenancy import PUBLIC, in_schema
from tenants.accounts import services as accounts

pytestmark = pytest.mark.django_db
ALARM = {
    "signal": "deferrals", "stream": "bulk", "provider": "gmail", "quantity": 50, "of": 100,
    "line": 0.1, "since": "2026-11-22T10:00:00+00:00",
}  # fmt: skip


@pytest.fixture(autouse=True)
def outgoing(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def _tell(what, data):
    outbox.publish(what, subject="stream:bulk", data=data)
    dispatch.dispatch_due()


def test_the_operator_hears_of_an_alarm_and_of_its_end(acme):
    _tell("delivery.alarm", ALARM)
    _tell("delivery.recovered", ALARM)
    opened, over = mail.outbox
    assert opened.to == over.to == [settings.ALARM_EMAIL]
    assert opened.subject.startswith("Alarm: A provider puts too much mail off (Acme, bulk)")
    for fact in ("50/100", "Acme, bulk, gmail", "22 Nov 2026, 10:00 UTC", "Lower the rates"):
        assert fact in opened.body
    assert over.subject.startswith("Recovered:")
    assert "Lower the rates" not in over.body


def test_the_owner_hears_of_a_pause_and_of_its_end(acme):
    data = {"stream": "bulk", "reason": "hard bounces: 12 of 100 in 7 days"}
    _tell("stream.paused", data)
    _tell("stream.resumed", data)
    owner = acme.reseller.owner_email
    assert [one.to for one in mail.outbox] == [[owner], [settings.ALARM_EMAIL], [owner]]
    assert "hard bounces: 12 of 100" in mail.outbox[0].body
    assert mail.outbox[0].from_email.startswith('"Acme Mail"')
    assert f"./livery streams resume {acme.reseller.public_id} bulk" in mail.outbox[1].body
    assert mail.outbox[2].subject == "Your bulk mail is sent again"


@pytest.mark.django_db(transaction=True)
def test_the_portal_shows_pauses_of_its_own_reseller_and_the_console_every_alarm(
    acme, globex, alice, browser
):
    _happened(acme, globex)
    page = alice.get("/").content.decode()
    assert "Your bulk mail is paused." in page
    assert "reason of acme" in page
    assert "reason of globex" not in page
    with in_schema(PUBLIC):
        accounts.ensure_operator_member(email="op@livery.test", password="operator-password")
    client = browser()
    assert client.get("/operator/alarms/").status_code == 302
    client.post("/login/", {"email": "op@livery.test", "password": "operator-password"})
    page = client.get("/operator/alarms/").content.decode()
    assert "Too many complaints" in page.split("Recovered in the last")[0]
    assert "Too many addresses" in page.split("Recovered in the last")[1]
    assert "puts too much mail off" not in page, "that is more than a week ago"


def _happened(acme, globex):
    now = clock.now()
    alarms = [
        (acme, "complaints", now - timedelta(days=1), None),
        (globex, "hard_bounces", now - timedelta(days=2), now - timedelta(days=1)),
        (globex, "deferrals", now - timedelta(days=20), now - timedelta(days=8)),
    ]
    with in_schema(PUBLIC), as_role("worker"), connection.cursor() as cursor:
        for cast in (acme, globex):
            cursor.execute(
                "INSERT INTO public.stream_pause (reseller_id, stream, side, state, reason, since, by)"
                " VALUES (%s, 'bulk', 'signals', 'paused', %s, %s, 'system')",
                [cast.reseller.public_id, f"reason of {cast.reseller.slug}", now],
            )
        for cast, signal, opened_at, recovered_at in alarms:
            cursor.execute(
                "INSERT INTO public.delivery_alarm VALUES (%s, %s, 'bulk', '', 3, 100, %s, %s, %s)",
                [cast.reseller.public_id, signal, opened_at, now, recovered_at],
            )
