"""Statements run as a migration runs them, by the service user: CHECKOUT and a JSON list.

What is made CONCURRENTLY stands in nobody's way: it is made outside a transaction and waits for as
long as it has to, as a migration with `atomic = False` would.
"""

import json
import logging
import os
import sys

sys.path[:0] = [sys.argv[1], f"{sys.argv[1]}/platform"]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "controlplane.settings")

import django  # noqa: E402 - of the checkout

django.setup()

from django.db import connection, transaction  # noqa: E402 - needs django.setup()

from kernel.migrating import beside_traffic  # noqa: E402 - needs django.setup()


def run(statement: str) -> None:
    """One step of a migration."""
    with connection.cursor() as cursor:
        if "CONCURRENTLY" in statement:
            cursor.execute("SET lock_timeout = 0")
            cursor.execute(statement)
            return
        with transaction.atomic():
            cursor.execute(statement)


logging.basicConfig(level="INFO", format="%(asctime)s %(message)s")
for statement in json.loads(sys.argv[2]):
    beside_traffic(lambda statement=statement: run(statement))
