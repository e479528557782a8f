"""What is done about the addresses each day and each quarter of an hour, on the test database."""

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from kernel import clock, ids
from kernel.tenancy import OPERATOR_RESELLER
from mailcore.delivery.egress import judging, watching
from mailcore.delivery.egress.blocklists import Answer
from mailcore.delivery.egress.warmup import WARM

A, B = "192.0.2.1", "192.0.2.2"
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
ZONE = "bl.test"

Connection = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def two(transactional_db: None, database: Connection) -> Connection:
    """Two sources, as role delivery; the first began to warm up on 7 March."""
    for address in (A, B):
        database.execute("INSERT INTO egress_source VALUES (%s, 'out.test', 'node1')", [address])
    database.execute("INSERT INTO warmup VALUES (%s, 'gmail', 1, '2026-03-06', 'step')", [A])
    return database


def _sent(database: Connection, address: str, day: int | date, sent: int, **bad: int) -> None:
    on = day if isinstance(day, date) else date(2026, 3, day)
    database.execute(
        "INSERT INTO egress_day (address, provider_group, day, sent, deferred, blocked)"
        " VALUES (%s, 'gmail', %s, %s, %s, %s)",
        [address, on, sent, bad.get("deferred", 0), bad.get("blocked", 0)],
    )


def _judge(at: datetime = NOON) -> dict[str, tuple[int, str]]:
    with clock.at(at):
        judged = judging.judge_days()
    return {one.address: (one.judgement.step, one.judgement.verdict) for one in judged}


def test_days_that_no_task_saw_are_judged_one_by_one_and_once(two: Connection) -> None:
    _sent(two, A, 7, 50)
    _sent(two, A, 8, 75)
    _sent(two, A, 9, 100, deferred=7)
    _sent(two, A, 10, 9, blocked=9)
    assert _judge() == {A: (3, "hold")}
    assert _judge() == {}, "today is not over"
    stored = two.execute("SELECT step, verdict, reason, judged_on FROM warmup").fetchall()
    reason = "7.0% were deferred, the limit is 5.0%"
    assert stored == [(3, "hold", reason, date(2026, 3, 9))]


def test_a_complaint_counts_for_the_address_that_delivered_the_mail(two: Connection) -> None:
    now = clock.now()
    two.execute("UPDATE warmup SET judged_on = %s", [now.date() - timedelta(days=1)])
    _sent(two, A, now.date(), 50)
    values = {"id": ids.uuid7(), "recipient": ids.uuid7(), "reseller": OPERATOR_RESELLER}
    two.execute(
        "INSERT INTO attempt (id, recipient_id, reseller_id, lease_seq, started_at, ended_at,"
        " source, provider, phase, outcome) VALUES (%(id)s, %(recipient)s, %(reseller)s, 1,"
        " %(now)s, %(now)s, %(source)s, 'gmail', 'done', 'delivered')",
        {**values, "now": now, "source": A},
    )
    two.execute(
        "INSERT INTO delivery_event (id, kind, reseller_id, recipient_id, stream, from_domain,"
        " occurred_at) VALUES (%(id)s, 'complained', %(reseller)s, %(recipient)s, 'bulk', 'x.test',"
        " %(now)s)",
        {**values, "now": now},
    )
    assert _judge(now + timedelta(days=1)) == {A: (1, "hold")}
    assert two.execute("SELECT reason FROM warmup").fetchone() == (
        "2.0% were called spam, the limit is 0.1%",
    )


def test_an_address_that_a_provider_suspends_again_goes_back(two: Connection) -> None:
    two.execute("UPDATE warmup SET step = 9, judged_on = '2026-03-07'")
    put = (
        "INSERT INTO shaping_overlay (source, target, stream, kind, origin, level, cause,"
        " changed_at, until_at) VALUES (%s, %s, '', 'suspend', 'standing', %s, 'unusual rate',"
        " '2026-03-09 10:00+00', '2026-03-09 11:00+00')"
    )
    two.execute(put, [A, "gmail", 0])
    two.execute(put, [A, "mx.small.test", 3])
    assert _judge(NOON - timedelta(days=1)) == {A: (9, "hold")}
    two.execute("UPDATE shaping_overlay SET level = 1 WHERE target = 'gmail'")
    assert _judge() == {A: (6, "back")}
    stored = two.execute("SELECT reason FROM warmup WHERE address = %s", [A]).fetchone()
    assert stored == ("suspended again: unusual rate",)


def test_an_idle_month_takes_the_warmth_of_an_address(two: Connection) -> None:
    two.execute("DELETE FROM warmup")
    _sent(two, A, 9, 1000)
    _sent(two, B, date(2026, 2, 7), 1000)
    found = _judge()
    assert found[A] == (WARM, "warm")
    assert found[B] == (24, "restart")
    assert _judge(NOON + timedelta(days=1))[B] == (24, "hold")


def _answer(finding: str, *, address: str = A, zone: str = ZONE) -> Answer:
    return Answer(address=address, zone=zone, finding=finding, evidence="127.0.0.2 why")


def _listings(database: Connection) -> list[tuple[object, ...]]:
    return database.execute(
        "SELECT address, since, ended_at FROM egress_listing ORDER BY address"
    ).fetchall()


def test_a_listing_begins_goes_on_without_answers_and_ends(two: Connection) -> None:
    hour = timedelta(hours=1)
    for turn, finding in enumerate(["listed", "unanswered", "listed", "refused", "clean"]):
        watching.store([_answer(finding)], zones=[ZONE], now=NOON + turn * hour)
        ended = NOON + turn * hour if finding == "clean" else None
        assert _listings(two) == [(A, NOON, ended)]
    assert _judge(NOON + timedelta(days=1))[A] == (1, "back"), "though it was listed for hours only"
    watching.store([_answer("listed")], zones=[ZONE], now=NOON + 9 * hour)
    assert _listings(two) == [(A, NOON + 9 * hour, None)]
    watching.store([], zones=[], now=NOON + 10 * hour)
    assert _listings(two)[0][2], "who is asked no longer lists nothing"
