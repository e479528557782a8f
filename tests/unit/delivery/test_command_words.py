"""What the operator's commands print."""

from datetime import UTC, datetime
from importlib import import_module
from uuid import UUID

import pytest

from mailcore.delivery.management import queue_words, shaping_words
from mailcore.delivery.shaping.rule_file import compile_rules, shipped
from mailcore.delivery.shaping.selectors import StoredOverlay

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "name", ["queue", "egress", "shaping", "streams", "trace", "limits", "suppressions"]
)
def test_help_names_the_command_as_it_was_called_and_its_own_options_alone(name: str) -> None:
    module = import_module(f"mailcore.delivery.management.commands.{name}")
    told = module.Command().create_parser("livery", name).format_help()
    assert told.startswith(f"usage: livery {name}")
    assert "--pythonpath" not in told


def test_rules_are_told_in_spans_that_people_use() -> None:
    lines = list(shaping_words.rule_lines(compile_rules([shipped()])))
    at = lines.index("limits of all providers together")
    assert lines[at + 1] == "  everything     no limit"
    rule = next(line for line in lines if "low-reputation" in line)
    assert "5 in 1 h " in rule
    assert "suspend for 1 h (stream)" in rule


def test_the_queue_says_why_mail_that_is_due_does_not_go() -> None:
    overlay = StoredOverlay(
        id=UUID(int=7),
        source="",
        target="mx.outside.test",
        reseller_id=UUID(int=1),
        stream="mailbox",
        kind="suspend",
        origin="rule",
        value=None,
        cause="60% of the replies are bad",
        until=NOW,
    )
    (line,) = queue_words.rest_lines([overlay])
    assert line == (
        f"at rest until 2026-11-22 15:00:00: {UUID(int=1)} mailbox from all sources to"
        f" mx.outside.test: 60% of the replies are bad (livery shaping clear {UUID(int=7)})"
    )


def test_a_held_recipient_is_shown_with_the_end_of_its_hold() -> None:
    row = {
        "recipient_id": UUID(int=1),
        "envelope_from": "ann@client.test",
        "address": "bob@outside.test",
        "stream": "mailbox",
        "state": "held",
        "held_reason": "limit.messages",
        "held_until": NOW,
        "attempts": 1,
        "due": NOW,
        "expires_at": NOW,
    }
    (line,) = queue_words.entry_lines([row])
    assert "held (limit.messages) until 2026-11-22 15:00:00, 1 try, due" in line
