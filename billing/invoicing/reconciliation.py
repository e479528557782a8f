"""Does every invoice still say what its records say?"""

from django.db import connection

_DIFFERENT = """
    WITH line AS (
        SELECT l.invoice_id, l.n, l.quantity, l.amount_minor, coalesce(sum(u.quantity), 0) AS used
        FROM public.invoice_line l
        LEFT JOIN public.billed_record b ON b.line_id = l.id
        LEFT JOIN public.usage_record u ON u.public_id = b.usage_id
        GROUP BY l.id
    )
    SELECT i.number FROM public.invoice i LEFT JOIN line ON line.invoice_id = i.id
    GROUP BY i.id HAVING i.total_minor <> coalesce(sum(line.amount_minor), 0)
        OR coalesce(bool_or(line.quantity <> line.used), true)
    ORDER BY i.number
"""


def list_unbalanced() -> list[str]:
    """Numbers of invoices that differ from the sum of their lines, or lines from their records.

    Sees what the caller may see: all of them as the operator, one reseller's own in its schema.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENT)
        return [number for (number,) in cursor.fetchall()]
