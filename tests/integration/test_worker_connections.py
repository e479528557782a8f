"""What a worker's tasks share: without it every task plans over all partitions anew."""

import os
import subprocess
import sys

import pytest

#: What Celery does around tasks: it closes the connection after each.
TASKS = """
import django
django.setup()
from django.db import connection
for _ in range(9):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        print(*cursor.fetchone())
    connection.close()
"""


@pytest.mark.parametrize("role", ["web", "worker"])
def test_database_sessions_outlive_tasks(role: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", TASKS],
        env={**os.environ, "LIVERY_DATABASE_ROLE": role},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    sessions = told.stdout.split()
    assert len(sessions) == 9
    # The pool may open a second one while the first is under way.
    assert len(set(sessions)) <= 2
