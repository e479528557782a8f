"""A migration waits for whoever has its table in use, and nobody waits for the migration."""

import io

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection, transaction

from controlplane.management.commands import prepare
from kernel.migrating import beside_traffic
from kernel.roles import as_role

READ = "SELECT count(*) FROM public.queue_entry"


@pytest.fixture
def report(transactional_db):
    """Somebody's long transaction that has read the queue."""
    with psycopg.connect(settings.DSN("delivery")) as reader:
        reader.execute(READ)
        yield reader


def expand() -> None:
    """As a migration does: it takes the table for itself alone, in a transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE public.queue_entry IN ACCESS EXCLUSIVE MODE")


def test_a_table_in_use_is_tried_again_and_free_for_others_meanwhile(report):
    tries = []

    def step() -> None:
        tries.append(len(tries))
        if len(tries) == 2:
            with psycopg.connect(settings.DSN("delivery")) as other:
                other.execute("SET statement_timeout = '60s'")
                other.execute(READ)
            report.rollback()
        expand()

    with as_role("owner"):
        beside_traffic(step, pause=0)
    assert tries == [0, 1]


def test_another_error_is_not_tried_again(transactional_db):
    tries = []

    def step() -> None:
        tries.append(len(tries))
        raise OperationalError("the disk is full")

    with pytest.raises(OperationalError, match="disk is full"):
        beside_traffic(step, pause=0)
    assert tries == [0]


def test_prepare_does_everything_beside_traffic(transactional_db, monkeypatch):
    seen = []

    def look() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            seen.append(cursor.fetchone())
        return False

    monkeypatch.setattr(prepare.schema, "ensure_artefact", look)
    with as_role("owner"):
        call_command("prepare", stdout=io.StringIO())
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == ("0",)
    assert seen == [("2s",)]
