"""The operator's orders: rules shown, set and tried on stored replies; overlays ended."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from django.core.management import CommandError, call_command

from kernel import clock, ids
from kernel.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime.now(UTC)
Database = psycopg.Connection[tuple[object, ...]]
RULE = """
[[provider.yahoo.reply]]
name = "odd-words"
match = "come back another day"
count = 3
within = "10min"
suspend = true
for = "1h"
"""


def shaping(*words: object) -> str:
    out = StringIO()
    call_command("shaping", *map(str, words), stdout=out)
    return out.getvalue()


@pytest.fixture
def rule(tmp_path: Path) -> Path:
    path = tmp_path / "trial.toml"
    path.write_text(RULE)
    return path


def overlay(database: Database, **values: object) -> UUID:
    row = {
        "source": "192.0.2.1",
        "target": "yahoo",
        "stream": "",
        "kind": "suspend",
        "origin": "standing",
        "cause": "20 bad replies in a row",
        "changed_at": NOW,
        "until_at": clock.now() + timedelta(hours=1),
        **values,
    }
    names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
    return database.execute(
        f"INSERT INTO shaping_overlay ({names}) VALUES ({marks}) RETURNING id", [*row.values()]
    ).fetchone()[0]


@pytest.fixture
def storm(submit: Callable[..., UUID], database: Database) -> None:
    """Thirty stored tries at Yahoo, one a minute, all put off in words that nobody knows."""
    message = submit("someone@shop.test")
    (recipient, reseller) = database.execute(
        "SELECT id, reseller_id FROM recipient WHERE message_id = %s", [message]
    ).fetchone()
    for minute in range(30):
        at = clock.now() - timedelta(minutes=40 - minute)
        database.execute(
            "INSERT INTO attempt (id, recipient_id, reseller_id, lease_seq, started_at, ended_at,"
            " source, mx, phase, code, enhanced, reply, outcome) VALUES (%s, %s, %s, 1, %s, %s,"
            " '192.0.2.1', 'mta5.am0.yahoodns.net', 'mail', 421, '',"
            " '421 come back another day', 'deferred')",
            [ids.uuid7(), recipient, reseller, at, at],
        )


def test_a_rule_is_tried_on_stored_replies_before_it_is_in_force(storm, rule):
    told = shaping("test", "--rule", rule, "--provider", "yahoo", "--since", "2h")
    assert "30 tries; 27 would have waited" in told
    assert "odd-words: 30" in told
    assert "192.0.2.1 to yahoo: suspend until" in told
    without = shaping("test", "--provider", "yahoo", "--since", "2h")
    assert "odd-words" not in without
    assert "0 would have waited" not in told
    assert shaping("test", "--provider", "gmail", "--since", "2h").startswith("0 tries")


def test_rules_are_set_shown_and_forgotten(rule):
    assert "in force" in shaping("set", rule)
    shown = shaping("show")
    assert "odd-words" in shown
    assert "rule files of the operator: trial" in shown
    assert "gmail" in shown
    entry = AuditEntry.objects.get(action="shaping.rules_set")
    assert (entry.subject, entry.data["content"]) == ("trial", RULE)
    shaping("unset", "trial")
    assert "odd-words" not in shaping("show")
    with pytest.raises(CommandError, match="No rules are called trial"):
        shaping("unset", "trial")


def test_a_bad_rule_is_refused_with_its_place_and_what_to_do(tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text('[provider.gmail]\nmessage_rate = "fast"')
    with pytest.raises(CommandError) as caught:
        shaping("set", bad)
    assert str(caught.value) == (
        "bad.toml: provider.gmail.message_rate: 'fast' cannot be read."
        ' Write for example "10/min" or "100/s"'
    )
    with pytest.raises(CommandError, match="cannot be read"):
        shaping("test", "--rule", tmp_path / "none.toml")


def test_an_overlay_is_ended_by_its_id_or_by_whom_it_is_for(database):
    one, two = overlay(database), overlay(database, kind="rate", value=0.5)
    database.execute(
        "INSERT INTO active_pair (node, shard, pool, site, reseller_id, suspended_until)"
        " VALUES ('node1', 0, 'default', 'shop.test', %s, %s)",
        [UUID(int=1), clock.now() + timedelta(minutes=15)],
    )
    overlay(database, target="gmail")
    shown = shaping("show")
    assert "3 overlays" in shown
    assert "rate 30/min" in shown
    assert "20 bad replies in a row" in shown
    assert "1 ended" in shaping("clear", one)
    with pytest.raises(CommandError, match="No overlay"):
        shaping("clear", one)
    assert str(two) in shaping("show")
    assert "1 ended" in shaping("clear", "--target", "yahoo", "--source", "192.0.2.1")
    assert "1 overlay\n" in shaping("show")
    with pytest.raises(CommandError, match="Say which"):
        shaping("clear")
    # Mail that waited for the end of a suspension asks again as soon as workers know.
    rests = database.execute("SELECT suspended_until FROM active_pair").fetchall()
    assert [until - clock.now() < timedelta(seconds=5) for (until,) in rests] == [True]
    (cause, until) = database.execute(
        "SELECT cause, until_at FROM shaping_overlay WHERE id = %s", [one]
    ).fetchone()
    assert cause.endswith("(ended by the operator)")
    assert until <= clock.now()
