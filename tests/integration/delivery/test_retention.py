"""What has been kept long enough goes, a day at a time; nothing of which a recipient is queued."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.conf import settings

from kernel import clock
from kernel.roles import as_role
from kernel.tenancy import in_schema
from mailcore.delivery import partitions, selectors

#: Long before the days that the other tests live in.
OLD = datetime(2001, 1, 10, 12, tzinfo=UTC)
DAY = OLD.date()
TABLES = ("message", "message_body", "recipient", "attempt", "delivery_event")

ACCEPTED = """
WITH m AS (
  INSERT INTO public.message (id, reseller_id, stream, envelope_from, from_domain, size, accepted_at)
  VALUES (sec.uuid_at(%(at)s), %(reseller)s, 'mailbox', '', 'client.test', 1, %(at)s) RETURNING id
), b AS (
  INSERT INTO public.message_body (id, reseller_id, body) SELECT id, %(reseller)s, 'x' FROM m
), r AS (
  INSERT INTO public.recipient (id, message_id, reseller_id, address, domain, status, final_at)
  SELECT id, id, %(reseller)s, 'a@b.test', 'b.test', %(status)s, %(final)s FROM m
), a AS (
  INSERT INTO public.attempt (id, recipient_id, reseller_id, lease_seq, started_at, ended_at, phase, outcome)
  SELECT id, id, %(reseller)s, 1, %(at)s, %(at)s, 'done', 'delivered' FROM m
), q AS (
  INSERT INTO public.queue_entry (
    recipient_id, message_id, reseller_id, node, shard, pool, site, prio, due, expires_at)
  SELECT id, id, %(reseller)s, 'node1', 0, 'default', 'b.test', 1, %(at)s, %(at)s FROM m
  WHERE %(status)s = 'queued'
)
INSERT INTO public.delivery_event (
  id, kind, reseller_id, message_id, recipient_id, stream, from_domain, occurred_at)
SELECT id, 'received', %(reseller)s, id, id, 'mailbox', 'client.test', %(at)s FROM m
"""

#: Partitions with other columns, checks, storage, indexes or fill than their parent.
UNLIKE_PARENT = """
SELECT part.relname, part.relchecks, parent.relchecks FROM pg_class part
JOIN pg_inherits i ON i.inhrelid = part.oid JOIN pg_class parent ON parent.oid = i.inhparent
WHERE part.relname = ANY (%s) AND (
  (part.relnatts, part.relchecks) <> (parent.relnatts, parent.relchecks)
  OR (SELECT array_agg(attstorage ORDER BY attnum) FROM pg_attribute WHERE attrelid = part.oid AND attnum > 0)
  <> (SELECT array_agg(attstorage ORDER BY attnum) FROM pg_attribute WHERE attrelid = parent.oid AND attnum > 0)
  OR (SELECT count(*) FROM pg_index WHERE indrelid = part.oid)
  <> (SELECT count(*) FROM pg_index WHERE indrelid = parent.oid AND indisvalid)
  OR part.relrowsecurity OR part.reloptions IS DISTINCT FROM
    CASE WHEN parent.relname = 'recipient' THEN ARRAY['fillfactor=70'] END)
"""


@pytest.fixture
def old_days(transactional_db, acme, database):
    """Partitions of two January days, and a way to put a message of the first into them."""

    def put(*, status="delivered", final=OLD):
        told = {"at": OLD, "reseller": acme.reseller.public_id, "status": status, "final": final}
        database.execute(ACCEPTED, told)

    with psycopg.connect(settings.DSN("owner"), autocommit=True) as owner:
        owner.execute("SELECT sec.make_partitions(%s, 2)", [DAY])
        yield put
        for day in (DAY + timedelta(days=number) for number in range(3)):
            for table in TABLES:
                owner.execute(f"DROP TABLE IF EXISTS public.{table}_{day:%Y%m%d}")


def after(days):
    """What is dropped when so many days have gone by."""
    with in_schema("public"), as_role("worker"), clock.at(OLD + timedelta(days=days)):
        return partitions.drop_partitions()


def both(*tables):
    return {f"{table}_{day:%Y%m%d}" for table in tables for day in (DAY, DAY + timedelta(days=1))}


def test_bodies_go_after_a_week_attempts_after_a_month_the_rest_after_a_quarter(old_days):
    old_days()
    assert after(7) == []
    assert set(after(10)) == both("message_body")
    assert after(10) == [], "twice is once"
    assert set(after(33)) == both("attempt")
    assert set(after(93)) == both("message", "recipient", "delivery_event")
    audit, _ = selectors.audit_queue()
    assert audit.is_sound
    assert audit.before == {"delivered": 1}, "the books of before say how it ended"


def test_a_body_stays_for_a_week_after_the_last_outcome(old_days):
    old_days(final=OLD + timedelta(days=4))
    name = f"message_body_{DAY:%Y%m%d}"
    assert name not in after(10)
    assert name in after(13)


def test_nothing_is_dropped_of_which_a_recipient_is_queued(old_days, database):
    old_days(status="queued", final=None)
    today = f"_{DAY:%Y%m%d}"
    assert not [name for name in after(200) if name.endswith(today)]
    database.execute("DELETE FROM public.queue_entry")
    database.execute("UPDATE public.recipient SET status = 'expired', final_at = %s", [OLD])
    assert {name for name in after(200) if name.endswith(today)} == {f"{t}{today}" for t in TABLES}


def test_no_event_goes_that_a_reader_has_not_read(old_days, database):
    old_days()
    database.execute("INSERT INTO public.delivery_cursor (reader) VALUES ('slow')")
    name = f"delivery_event_{DAY:%Y%m%d}"
    assert name not in after(93)
    database.execute("UPDATE public.delivery_cursor SET xid = (pg_current_xact_id()::text)::xid8")
    assert name in after(93)


def test_a_partition_that_is_being_read_waits_for_the_next_time(old_days, database):
    old_days()
    with database.transaction():
        database.execute("SELECT count(*) FROM public.message_body")
        assert after(10) == []
    assert set(after(10)) == both("message_body")


def test_days_are_made_while_somebody_has_the_tables_in_use(old_days, database):
    with (
        psycopg.connect(settings.DSN("owner"), autocommit=True) as owner,
        database.transaction(),
    ):
        for table in TABLES:
            database.execute(f"SELECT count(*) FROM public.{table}")
        # Rather an error than a test that waits for itself.
        owner.execute("SET lock_timeout = '20s'")
        made = owner.execute("SELECT sec.make_partitions(%s, 3)", [DAY]).fetchone()
    assert made == (len(TABLES),), "the third day, of each table"


def test_a_day_is_made_as_its_table_is(old_days, database):
    names = [f"{table}_{DAY:%Y%m%d}" for table in TABLES]
    assert database.execute(UNLIKE_PARENT, [names]).fetchall() == []
