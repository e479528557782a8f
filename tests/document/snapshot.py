"""Everything of a reseller that the web role can read, as one number per table."""

from django.db import connection

from kernel.tenancy import in_schema

#: Of a key's use, which also a refused request is.
_NOTED = ["last_used_at", "last_used_from"]
#: With the column that says whose a row is, where no row security does: brands, hosts, sign-ups.
_TABLES = """
SELECT quote_ident(nspname) || '.' || quote_ident(relname), coalesce(quote_ident(attname), 'NULL')
FROM pg_class JOIN pg_namespace space ON space.oid = relnamespace
LEFT JOIN pg_constraint ON conrelid = pg_class.oid AND contype = 'f'
  AND confrelid = 'public.reseller'::regclass
LEFT JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
WHERE relkind IN ('r', 'p') AND NOT relispartition AND nspname IN ('public', %s)
  AND has_table_privilege(pg_class.oid, 'SELECT')
ORDER BY 1
"""
_ONE = """
SELECT '{0}', count(*), md5(coalesce(string_agg(kept, '|' ORDER BY kept), ''))
FROM (
  SELECT (to_jsonb(t) - %s::text[])::text AS kept FROM {0} t
  WHERE coalesce({1} = (SELECT id FROM public.reseller WHERE schema_name = %s), true)
) rows
"""


def snapshot(schema: str) -> dict[str, tuple[int, str]]:
    """Table → number of rows and a hash of them; row security, or what the row says, keeps it to this reseller."""
    with in_schema(schema), connection.cursor() as cursor:
        cursor.execute(_TABLES, [schema])
        tables = cursor.fetchall()
        asked = " UNION ALL ".join(_ONE.format(*table) for table in tables)
        cursor.execute(asked, [_NOTED, schema] * len(tables))
        return {table: (count, digest) for table, count, digest in cursor.fetchall()}
