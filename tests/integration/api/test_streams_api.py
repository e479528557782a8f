"""Streams as a program sees them: which stand still, and what became of mail day by day."""

import pytest
from django.db import connection

from kernel import clock
from kernel.roles import as_role
from kernel.tenancy import in_schema

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = """INSERT INTO public.delivery_hour (reseller_id, hour, from_domain, provider, stream, event, kind, quantity, waited)
          VALUES (%s, %s, 'shop.test', '', 'bulk', %s, '', %s, 0)"""
PAUSE = """INSERT INTO public.stream_pause (reseller_id, stream, state, reason, since, by)
           VALUES (%s, 'bulk', 'paused', 'complaints', %s, 'system:system')"""


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
