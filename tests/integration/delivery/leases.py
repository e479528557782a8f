"""What an engine that takes shard 0 of node1 over finds under a lease of the one before."""

from psycopg import Connection
from psycopg.rows import TupleRow, dict_row

from mailcore.delivery.engine.description import DESCRIBE, joined, wanted
from mailcore.delivery.jobs import Claimed
from mailcore.delivery.statements import statement

SHARD = {"node": "node1", "shard": 0, "epoch": 2}


def leased(database: Connection[TupleRow]) -> list[Claimed]:
    """Every leased recipient; at least one is."""
    with database.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(statement("leased_before"), SHARD).fetchall()
        return joined(rows, cursor.execute(DESCRIBE, wanted(rows)).fetchall())
