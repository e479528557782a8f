"""What the outside world received survives its restart."""

from pathlib import Path

from stack.outside.records import Attempt, DmarcVerdict, Stored, Verdicts
from stack.outside.store import Store

VERDICTS = Verdicts(
    spf="pass",
    dkim=(),
    dmarc=DmarcVerdict(result="pass", policy="none", aligned_spf=True, aligned_dkim=False),
)


def draft(recipient: str, raw: bytes = b"Subject: x\r\n\r\n\xff\x00") -> Stored:
    return Stored(
        id=0,
        recipient=recipient,
        sender="s@a.test",
        client="127.0.0.1",
        helo="h",
        tls=True,
        received_at=1.0,
        raw=raw,
    )


def listed(store: Store, recipient: str | None = None, after: int = 0) -> list[Stored]:
    return store.messages(recipient=recipient, after=after, limit=10)


def test_a_message_shows_once_it_is_judged(tmp_path: Path) -> None:
    store = Store(tmp_path)
    message = store.add(draft("r@outside.test"))
    assert listed(store) == []
    assert store.unjudged() == [message]
    store.judge(message.id, VERDICTS)
    assert [m.id for m in listed(store, "R@Outside.test")] == [message.id]
    assert listed(store, "other@outside.test") == []
    assert listed(store, after=message.id) == []


def test_a_restart_keeps_messages_byte_for_byte(tmp_path: Path) -> None:
    first = Store(tmp_path)
    judged = first.add(draft("r@outside.test"))
    first.judge(judged.id, VERDICTS)
    waiting = first.add(draft("r@outside.test", raw=b"a"))
    second = Store(tmp_path)
    assert listed(second)[0].raw == judged.raw
    assert listed(second)[0].verdicts == VERDICTS
    assert [m.id for m in second.unjudged()] == [waiting.id]
    assert second.add(draft("r@outside.test")).id == waiting.id + 1


def test_the_oldest_go_when_there_are_too_many(tmp_path: Path) -> None:
    store = Store(tmp_path, max_messages=2)
    for _ in range(3):
        store.judge(store.add(draft("r@outside.test")).id, VERDICTS)
    assert [m.id for m in listed(store)] == [2, 3]
    assert len(list(tmp_path.glob("*.json"))) == 2


def test_attempts_are_listed_for_a_recipient(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for recipient in ("a@outside.test", "b@outside.test"):
        store.note(
            Attempt(
                id=0,
                at=1.0,
                recipient=recipient,
                sender="",
                client="",
                helo="",
                tls=False,
                phase="rcpt",
                reply="250 ok",
            )
        )
    found = store.attempts(recipient="B@outside.test", after=0, limit=10)
    assert [(a.id, a.recipient) for a in found] == [(2, "b@outside.test")]


def test_a_reader_that_goes_on_after_the_last_id_misses_none(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first, second = store.add(draft("r@outside.test")), store.add(draft("r@outside.test"))
    store.judge(second.id, VERDICTS)
    assert listed(store) == []
    store.judge(first.id, VERDICTS)
    assert [m.id for m in listed(store)] == [first.id, second.id]
