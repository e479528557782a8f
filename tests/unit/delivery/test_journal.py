"""What a killed process leaves for the next one."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from mailcore.delivery import outcomes
from mailcore.delivery.engine.journal import Journal, only_process
from mailcore.delivery.jobs import Claimed
from mailcore.delivery.smtp.envelope import Answer

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIELDS = dict.fromkeys(Claimed.__dataclass_fields__, "")
CLAIMED = Claimed(**{**FIELDS, "recipient_id": uuid4(), "lease_seq": 3})


@pytest.fixture
def path(tmp_path):
    return tmp_path / "node1-0.journal"


def test_a_restart_knows_what_was_sent_and_what_was_not(path):
    Journal(path).sending([CLAIMED])
    after = Journal(path)
    assert after.was_sent(CLAIMED)
    assert not after.was_sent(replace(CLAIMED, lease_seq=4))
    assert after.answer_of(CLAIMED) is None


def test_a_restart_knows_an_answer_that_was_not_stored(path):
    answer = Answer(verdict="delivered", phase="done", code=250, text="250 ok", mx="mx.test")
    tried = outcomes.record(CLAIMED, answer, started_at=NOW, ended_at=NOW)
    before = Journal(path)
    before.sending([CLAIMED])
    before.answered([tried])
    assert Journal(path).answer_of(CLAIMED) == tried


def test_a_line_that_was_cut_off_does_not_spoil_the_next(path):
    Journal(path).sending([CLAIMED])
    with path.open("a") as file:
        file.write('{"recipient": "0190')
    after = Journal(path)
    after.keep_only([CLAIMED])
    other = replace(CLAIMED, recipient_id=uuid4())
    after.sending([other])
    again = Journal(path)
    assert again.was_sent(CLAIMED)
    assert again.was_sent(other)


def test_a_last_line_without_its_end_does_not_spoil_the_next(path):
    other = replace(CLAIMED, recipient_id=uuid4())
    Journal(path).sending([CLAIMED])
    path.write_bytes(path.read_bytes().removesuffix(b"\n"))
    after = Journal(path)
    after.keep_only([CLAIMED])
    after.sending([other])
    again = Journal(path)
    assert again.was_sent(CLAIMED)
    assert again.was_sent(other)


def test_an_answer_that_another_version_wrote_is_doubt_and_stops_nobody(path):
    line = {"recipient": str(CLAIMED.recipient_id), "sequence": CLAIMED.lease_seq}
    path.write_text(json.dumps({**line, "answer": {"verdict": "delivered", "new": 1}}) + "\n")
    journal = Journal(path)
    assert journal.was_sent(CLAIMED)
    assert journal.answer_of(CLAIMED) is None


def test_the_file_does_not_grow_for_ever(path):
    journal = Journal(path)
    for sequence in range(12_000):
        recipient = replace(CLAIMED, lease_seq=sequence)
        journal.sending([recipient])
        journal.stored([recipient])
    assert path.stat().st_size < 1_100_000


def test_one_process_of_a_node_has_a_shard(path):
    with only_process(path) as first, only_process(path) as second:
        assert (first, second) == (True, False)
    with only_process(path) as again:
        assert again
