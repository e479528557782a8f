"""Streams as a program sees them: which stand still, and what became of mail day by day."""

import pytest
from django.db import connection

from kernel import clock
from kernel.roles import as_role
from kernel.tenancy import in_schema

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = """INSERT INTO public.delivery_hour (reseller_id, hour, from_domain, provider, stream, event, kind, quantity, waited)
          VALUES (%s, %s, 'shop.test', '', 'bulk', %s, '', %s, 0)"""
PAUSE = """INSERT INTO public.stream_pause (reseller_id, stream, side, state, reason, since, by)
           VALUES (%s, 'bulk', 'signals', 'paused', 'complaints', %s, 'system:system')"""


def test_a_stream_tells_its_days_and_why_it_stands_still(acme, globex, program) -> None:
    now = clock.now()
    with as_role("worker"), connection.cursor() as cursor:
        for cast, factor in ((acme, 1), (globex, 100)):
            for event, quantity in (("received", 10), ("delivered", 7), ("bounced_late", 2)):
                cursor.execute(HOUR, [cast.reseller.public_id, now, event, quantity * factor])
        cursor.execute(PAUSE, [acme.reseller.public_id, now])
    with in_schema(acme.reseller.schema_name):
        answer = program(acme).get("streams")
        found = {one["name"]: one for one in answer.json()["data"]}
        assert set(found) == {"mailbox", "transactional", "bulk", "system"}
        assert (found["bulk"]["state"], found["bulk"]["reason"]) == ("paused", "complaints")
        (day,) = found["bulk"]["days"]
        assert (day["day"], day["accepted"], day["delivered"], day["bounced"]) == (
            now.date().isoformat(), 10, 7, 2,
        )  # fmt: skip
        assert (found["system"]["state"], found["system"]["days"]) == ("running", [])
        bound = program(acme, organisation=acme.organisation.public_id)
        assert bound.get("streams").status_code == 403


def test_a_program_pauses_and_resumes_its_own(acme, globex, program) -> None:
    with as_role("worker"), connection.cursor() as cursor:
        cursor.execute(PAUSE, [acme.reseller.public_id, clock.now()])
    with in_schema(acme.reseller.schema_name):
        robot = program(acme)
        answer = robot.post("streams/bulk/pause", {"reason": " wrong  price "})
        assert (answer.status_code, answer.json()["reason"]) == (200, "complaints")
        assert [one["by"] for one in answer.json()["pauses"]] == ["signals", "reseller"]
        assert answer.json()["pauses"][1]["reason"] == "wrong price"
        assert robot.post("streams/bulk/pause", {"reason": "x"}).status_code == 409
        assert robot.post("streams/bulk/resume").json()["state"] == "paused"
        refused = robot.post("streams/bulk/resume")
        assert (refused.status_code, refused.json()["code"]) == (409, "stream.paused_by_platform")
        refused = robot.post("streams/system/pause", {"reason": "x"})
        assert refused.json()["code"] == "stream.not_pausable"
        assert robot.post("streams/fax/pause", {"reason": "x"}).status_code == 404
        past = {"reason": "x", "until": "2020-01-01T00:00:00Z"}
        assert robot.post("streams/mailbox/pause", past).status_code == 422
        bound = program(acme, organisation=acme.organisation.public_id)
        assert bound.post("streams/bulk/pause", {"reason": "x"}).status_code == 403
