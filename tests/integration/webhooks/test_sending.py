"""What happens reaches who asked for it: signed, once for each event, again when it was not heard."""

import asyncio
import json
import threading
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from standardwebhooks import Webhook

from controlplane import dispatch, webhook_events
from kernel import clock, ids, outbox
from kernel.roles import as_role
from kernel.tenancy import PUBLIC, in_schema
from tenants.webhooks import selectors, services
from tenants.webhooks.models import WebhookDelivery, WebhookEndpoint
from tenants.webhooks.sender.loop import LANES, Sender
from tenants.webhooks.sender.store import LEASE, Settled, Store
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)
FACT = """
INSERT INTO public.delivery_event
  (id, kind, reseller_id, message_id, recipient_id, stream, from_domain, occurred_at, data)
VALUES (sec.uuid7(), %s, %s, %s, %s, 'bulk', 'client.test', %s, %s)
"""


def _endpoint(cast, url, *types):
    with in_schema(cast.reseller.schema_name):
        return services.add_endpoint(actor=cast.owner, url=url, event_types=types)


def _as_worker(work):
    with in_schema(PUBLIC), as_role("worker"):
        return work()


def _happens(cast, kind, **data):
    with psycopg.connect(settings.DSN("delivery"), autocommit=True) as raw:
        values = [kind, cast.reseller.public_id, ids.uuid7(), ids.uuid7(), clock.now()]
        raw.execute(FACT, [*values, json.dumps(data)])


def _told(cast):
    outbox.publish(
        "stream.resumed",
        subject="stream:bulk",
        data={"stream": "bulk", "reason": "x", "by": "operator", "secret": "of ours"},
        reseller_id=cast.reseller.public_id,
    )


def _deliveries(**filters):
    return list(WebhookDelivery.objects.filter(**filters).order_by("public_id"))


def test_events_and_mail_facts_reach_whoever_asked_for_them(
    acme, globex, receiver, send, monkeypatch
):
    monkeypatch.setattr("controlplane.alarm_events.tell_of_resume", lambda _: None)
    _, secret = _endpoint(acme, receiver.url("/a"), "stream.resumed", "message.bounced")
    _endpoint(acme, receiver.url("/b"), "invoice.issued")
    _endpoint(globex, receiver.url("/g"), "message.bounced", "stream.resumed")
    _as_worker(lambda: (_told(acme), dispatch.dispatch_due()))
    _happens(acme, "bounced", code=550, enhanced="5.1.1", reply="No such user")
    _happens(acme, "delivered", code=250)
    # A transaction anywhere in the cluster holds readers up.
    read = []
    eventually(lambda: read.append(_as_worker(webhook_events.queue_mail_facts)) or sum(read) == 2)
    assert _as_worker(webhook_events.queue_mail_facts) == 0
    send()
    assert {path for path, _, _ in receiver.heard} == {"/a"}
    bounce, stream = sorted(receiver.at("/a"), key=lambda one: one["type"])
    assert stream["type"] == "stream.resumed"
    only = {"stream": "bulk", "reason": "x", "by": "operator"}
    assert stream["data"] == only, "only what the catalogue says"
    assert bounce["type"] == "message.bounced"
    assert bounce["data"]["code"] == 550
    assert bounce["data"]["reply"] == "No such user"
    assert bounce["data"]["message"].startswith("msg_")
    for _, headers, body in receiver.heard:
        Webhook(secret).verify(body, headers)
        assert headers["Content-Type"] == "application/json"
    send()
    assert len(receiver.heard) == 2, "what was heard is not sent again"
    assert {one.state for one in _deliveries()} == {"delivered"}


def test_an_endpoint_that_hangs_delays_no_other(acme, receiver, send):
    dead, _ = _endpoint(acme, receiver.url("/dead"), "stream.resumed")
    _endpoint(acme, receiver.url("/well"), "stream.resumed")
    facts = [
        services.Fact(
            event_id=ids.uuid7(), reseller_id=acme.reseller.public_id, occurred_at=clock.now(),
            event_type="stream.resumed", data={"n": n},
        )
        for n in range(40)
    ]  # fmt: skip
    assert services.queue_events(facts) == 80
    assert services.queue_events(facts[:5]) == 10
    assert len(_deliveries()) == 80, "a fact that is told twice is queued once"
    receiver.hold["/dead"] = hold = threading.Event()
    receiver.answers["/dead"] = [(500, {})]
    sending = threading.Thread(target=send)
    sending.start()
    # None of the dead one's requests has been answered until the other has heard everything.
    eventually(lambda: len(receiver.at("/well")) == 40)
    held = len(receiver.at("/dead"))
    hold.set()
    sending.join()
    assert held == len(receiver.at("/dead")) <= LANES, "a few at once, and then it rests"
    endpoint = WebhookEndpoint.objects.get(pk=dead.pk)
    assert (endpoint.failures, endpoint.last_status) == (held, 500)
    send(later=timedelta(minutes=10))
    assert len(receiver.at("/dead")) == held + 1, "one at a time while it fails"
    receiver.answers["/dead"] = [(204, {})]
    send(later=timedelta(minutes=20))
    assert {one["data"]["n"] for one in receiver.at("/dead")} == set(range(40))


def test_redirections_are_not_followed_and_what_is_gone_is_switched_off(
    acme, receiver, send, settings
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    moved, _ = _endpoint(acme, receiver.url("/moved"), "stream.resumed")
    gone, _ = _endpoint(acme, receiver.url("/gone"), "stream.resumed")
    receiver.answers["/moved"] = [(302, {"Location": receiver.url("/secret")})]
    receiver.answers["/gone"] = [(410, {})]
    for endpoint in (moved, gone):
        services.send_test(actor=acme.owner, endpoint_id=endpoint.public_id)
    send()
    assert {path for path, _, _ in receiver.heard} == {"/moved", "/gone"}
    (delivery,) = _deliveries(endpoint_id=moved.pk)
    assert delivery.last_error == "answered 302: redirections are not followed"
    assert (delivery.state, delivery.attempts, len(delivery.tries)) == ("waiting", 1, 1)
    assert delivery.tries[0]["answer"] == "hello"
    assert _as_worker(services.judge_endpoints) == 1
    _as_worker(dispatch.dispatch_due)
    assert [one.pk for one in selectors.list_endpoints().filter(is_enabled=False)] == [gone.pk]
    assert [one.to for one in mail.outbox] == [[acme.reseller.owner_email]]
    assert receiver.url("/gone") in mail.outbox[0].body
    # Three days later the other one is switched off too, and what waited has ended.
    with clock.at(clock.now() + timedelta(days=3, hours=2)):
        assert _as_worker(services.judge_endpoints) == 1
    assert {one.state for one in _deliveries()} == {"failed"}
    with clock.at(clock.now() + timedelta(days=31)):
        _as_worker(services.judge_endpoints)
    assert _deliveries() == []


def test_what_a_killed_sender_had_is_sent_by_the_next_and_its_own_word_comes_too_late(
    acme, receiver, send
):
    endpoint, _ = _endpoint(acme, receiver.url("/a"), "stream.resumed")
    services.send_test(actor=acme.owner, endpoint_id=endpoint.public_id)

    async def claim():
        async with Store() as store:
            return await store.claim(now=clock.now(), free=5, lanes=4)

    (mine,) = asyncio.run(claim())
    assert asyncio.run(claim()) == [], "one sender at a time"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE public.webhook_delivery SET lease_until = now() - %s", [LEASE])
    send()
    (delivery,) = _deliveries()
    assert (delivery.state, delivery.attempts, len(receiver.heard)) == ("delivered", 2, 1)
    late = Settled(
        claimed=mine, at=clock.now(), is_heard=False, status=500, error="late", text="",
        milliseconds=1, due_at=clock.now(), next_try_at=clock.now(),
    )  # fmt: skip

    async def settle():
        async with Store() as store:
            await store.settle([late])

    asyncio.run(settle())
    assert [one.state for one in _deliveries()] == ["delivered"]
    assert WebhookEndpoint.objects.get().failures == 0


def test_a_sender_ends_what_is_under_way_when_it_is_told_to_stop(acme, receiver, send):
    endpoint, _ = _endpoint(acme, receiver.url("/a"), "stream.resumed")
    services.send_test(actor=acme.owner, endpoint_id=endpoint.public_id)
    receiver.hold["/a"] = hold = threading.Event()

    async def run():
        stop = asyncio.Event()
        async with Store() as store:
            sender = Sender(store, poster=_poster(), scale=1.0)
            running = asyncio.create_task(sender.run(stop))
            while not receiver.heard:
                await asyncio.sleep(0.02)
            stop.set()
            hold.set()
            await running

    asyncio.run(run())
    assert [one.state for one in _deliveries()] == ["delivered"]


def _poster():
    from tenants.webhooks.sender.posting import Poster

    async def nowhere(_: str) -> list[str]:
        return []

    return Poster(nowhere, allow_private=True, seconds=60)
