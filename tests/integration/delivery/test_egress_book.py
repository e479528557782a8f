"""The book of sources on the test database: read, counted, kept over restarts."""

import asyncio
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from django.conf import settings

from kernel import clock
from mailcore.delivery.egress.book import EgressBook
from mailcore.delivery.engine.store import open_pool
from mailcore.delivery.ports import Errand, Source, Wait
from mailcore.delivery.smtp.envelope import Answer

A, B = "192.0.2.1", "192.0.2.2"
NAMED = {A: "out1.test", B: "out2.test"}
TODAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
DELIVERED = Answer(verdict="delivered", phase="done", code=250)

Connection = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def books(transactional_db: None, database: Connection) -> Iterator[Connection]:
    """A database without sources; a connection as role delivery."""
    with clock.at(TODAY):
        yield database


def _errand(recipients: int = 1) -> Errand:
    return Errand(
        reseller_id=UUID(int=1),
        stream="mailbox",
        pool="default",
        site="mx.test",
        provider="gmail",
        recipients=recipients,
        is_retry=False,
    )


def _with_book(*steps: object, named: dict[str, str] | None = None) -> list[object]:
    """Run callables and coroutine functions on a fresh book; what each returned."""

    async def main() -> list[object]:
        pool = open_pool(settings.DSN("delivery"), name="book", size=1)
        await pool.open()
        try:
            book = EgressBook(pool, node="node1", named=NAMED if named is None else named)
            told = []
            for step in steps:
                found = step(book)
                told.append(await found if isinstance(found, Coroutine) else found)
            return told
        finally:
            await pool.close()

    return asyncio.run(main())


def _send(recipients: int, *answers: Answer) -> object:
    def send(book: EgressBook) -> str:
        errand = _errand(recipients)
        source = book.choose(errand, now=clock.now())
        assert isinstance(source, Source)
        book.tried(errand, source=source, answers=answers or [DELIVERED] * recipients)
        return source.address

    return send


REFRESH, CLOSE = EgressBook.refresh, EgressBook.close


def test_the_sources_of_the_settings_are_the_default_pool_once(books: Connection) -> None:
    before, _, source = _with_book(
        lambda book: book.choose(_errand(), now=TODAY),
        REFRESH,
        lambda book: book.choose(_errand(), now=TODAY),
    )
    assert isinstance(before, Wait)
    assert source in {Source(address=a, ehlo=name) for a, name in NAMED.items()}
    # What an operator took out stays out; a new name is taken over.
    books.execute("DELETE FROM pool_member WHERE address = %s", [B])
    _with_book(REFRESH, named={f" {A}": "new.test", B: "out2.test"})
    found = books.execute(
        "SELECT address, ehlo FROM pool_member JOIN egress_source USING (address)"
    ).fetchall()
    assert found == [(A, "new.test")]


def test_a_cap_holds_over_restarts_and_what_is_too_much_goes_to_the_warm(books: Connection) -> None:
    _with_book(REFRESH)
    books.execute("INSERT INTO warmup VALUES (%s, 'gmail', 1, '2026-02-28', 'step')", [A])
    books.execute("UPDATE pool_member SET weight = 10000 WHERE address = %s", [A])
    books.execute("UPDATE pool_member SET weight = 1 WHERE address = %s", [B])
    assert _with_book(REFRESH, _send(40), CLOSE)[1] == A
    with clock.at(TODAY + timedelta(hours=9)):
        chosen = _with_book(REFRESH, _send(20), _send(10), CLOSE)
        assert chosen[1:3] == [B, A]
    with clock.at(TODAY + timedelta(days=1)):
        assert _with_book(REFRESH, _send(20))[1] == A, "a new day, a new cap"
    counted = books.execute("SELECT address, sent FROM egress_day ORDER BY 1").fetchall()
    assert counted == [(A, 50), (B, 20)]


def test_counts_of_two_processes_add_up(books: Connection) -> None:
    refused = Answer(verdict="bounced", phase="rcpt", code=550, enhanced="5.1.1", text="unknown")
    for _ in range(2):
        _with_book(REFRESH, _send(2, DELIVERED, refused), CLOSE, named={A: "out1.test"})
    found = books.execute("SELECT sent, hard, deferred, blocked FROM egress_day").fetchall()
    assert found == [(4, 2, 0, 0)]


def test_the_last_book_holds_while_the_database_is_away(books: Connection) -> None:
    async def broken(book: EgressBook) -> None:
        await book.refresh()
        await book._pool.close()
        keeping = asyncio.create_task(book.run())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not keeping.done()
        assert isinstance(book.choose(_errand(), now=TODAY), Source)
        keeping.cancel()

    _with_book(broken)
