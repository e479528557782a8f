"""What the migrations really made: row security everywhere, and a template that tells no lies."""

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from kernel import clock, ids, schema
from kernel.tenancy import PUBLIC, in_schema
from tenants.resellers.models import SignUp

pytestmark = pytest.mark.django_db

MOST_TABLES = 25
#: Roles that act for one reseller at a time, or for the world.
BOUND_ROLES = ("web", "worker", "delivery", "signer", "postfix", "dovecot")
#: Of the operator and of migrations.
OWN_POLICIES = ("operator", "maintenance")
NOISE = re.compile(r"^(--.*|SET .*|SELECT pg_catalog\..*|\\(un)?restrict.*|ALTER .* OWNER TO .*|)$")


def rows(sql, parameters=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def test_every_public_table_with_a_reseller_has_forced_row_security():
    """Partitions count too: a right on one of them would go round its parent's policy.

    So do resellers themselves and what refers to them by a foreign key: hosts, brands, sign-ups.
    """
    open_tables = rows(
        """SELECT c.relname, role FROM pg_class c
           CROSS JOIN unnest(%s::text[]) AS role
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
             AND (c.oid = 'public.reseller'::regclass
               OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid
                   AND a.attname = 'reseller_id' AND a.atttypid = 'uuid'::regtype)
               OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid
                   AND k.contype = 'f' AND k.confrelid = 'public.reseller'::regclass))
             AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
             AND has_table_privilege('livery_' || role, c.oid, 'SELECT, INSERT, UPDATE, DELETE')""",
        [list(BOUND_ROLES)],
    )
    assert open_tables == []


def test_row_security_is_forced_on_the_tables_that_the_policies_name():
    missing = rows(
        """SELECT DISTINCT p.tablename FROM pg_policies p
           JOIN pg_class c ON c.oid = format('public.%%I', p.tablename)::regclass
           WHERE p.schemaname = 'public' AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"""
    )
    assert missing == []


def test_a_reseller_sees_anothers_brand_and_cannot_write_it(acme, globex):
    own, other = acme.reseller.pk, globex.reseller.pk
    change = "UPDATE public.brand SET smtp_host = 'smtp.mine.test' RETURNING reseller_id"
    with in_schema(acme.reseller.schema_name):
        assert {own, other} <= {seen for (seen,) in rows("SELECT reseller_id FROM public.brand")}
        assert rows(change) == [(own,)]
        assert rows("DELETE FROM public.brand WHERE reseller_id = %s RETURNING 1", [other]) == []
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            rows("UPDATE public.brand SET reseller_id = %s RETURNING 1", [-other])
    with in_schema(PUBLIC):  # resellers are made there
        assert (other,) in rows(change)


def refused(statement, parameters=()):
    """Whether row security refuses the statement, or lets it touch nothing."""
    try:
        with transaction.atomic():
            return rows(statement + " RETURNING 1", parameters) == []
    except ProgrammingError as error:
        return "row-level security" in str(error)


def test_a_reseller_changes_its_own_row_and_hosts_and_makes_none(acme, globex):
    """Hosts are looked up, and resellers by their hosts, before anybody knows whose request it is."""
    own, other, host = acme.reseller.pk, globex.reseller.pk, "host.reseller.test"
    make = """INSERT INTO public.reseller_host (domain, tenant_id, kind, is_primary, is_named)
              VALUES (%s, %s, 'imap', false, false)"""
    with in_schema(acme.reseller.schema_name):
        for table, key in (("reseller", "id"), ("reseller_host", "tenant_id")):
            seen = {one for (one,) in rows(f"SELECT {key} FROM public.{table}")}
            assert {own, other} <= seen
            changed = rows(f"UPDATE public.{table} SET {key} = {key} RETURNING {key}")
            assert {one for (one,) in changed} == {own}
            assert refused(f"DELETE FROM public.{table} WHERE {key} IN (%s, %s)", [own, other])
            locked = rows(f"SELECT {key} FROM public.{table} FOR UPDATE")
            assert {one for (one,) in locked} == {own}
        assert refused("UPDATE public.reseller_host SET tenant_id = %s", [other])
        assert refused("UPDATE public.reseller SET schema_name = 'public'")
        assert refused(make, [host, own])
    with in_schema(PUBLIC):
        assert not refused(make, [host, other])
        move = "UPDATE public.reseller_host SET tenant_id = %s WHERE domain = %s"
        assert not refused(move, [own, host])
        assert not refused("UPDATE public.reseller SET name = name WHERE id = %s", [other])
        assert not refused("DELETE FROM public.reseller_host WHERE domain = %s", [host])


def test_a_sign_up_is_seen_by_the_reseller_that_came_of_it_alone(acme, globex):
    """It holds a password's hash, and the address of somebody who only asked."""
    with in_schema(PUBLIC):
        for nobody, whose in enumerate((acme.reseller, globex.reseller, None)):
            SignUp.objects.create(
                token_hash=str(nobody), company="One", slug=f"one-{nobody}", email="a@one.test",
                password="hash", expires_at=clock.now(), reseller=whose,
            )  # fmt: skip
    with in_schema(acme.reseller.schema_name):
        assert rows("SELECT token_hash FROM public.sign_up") == [("0",)]
        assert rows("UPDATE public.sign_up SET password = '' RETURNING token_hash") == [("0",)]
        assert refused("UPDATE public.sign_up SET reseller_id = NULL")
        assert refused("DELETE FROM public.sign_up")
    with in_schema(PUBLIC):
        assert len(rows("DELETE FROM public.sign_up RETURNING 1")) == 3


def test_what_writes_for_one_reseller_at_a_time_is_bound_alike():
    """The tests run as role web; the worker acts for everybody, one after the other."""
    found = rows(
        """SELECT tablename, policyname, roles::text FROM pg_policies WHERE schemaname = 'public'
           AND tablename IN ('reseller', 'reseller_host', 'sign_up', 'brand')
           AND (cmd <> 'SELECT' OR qual <> 'true')"""
    )
    bound = {name: roles for name, policy, roles in found if policy not in OWN_POLICIES}
    assert len(bound) == 4
    assert set(bound.values()) == {"{livery_web,livery_worker}"}


def test_what_runs_with_its_owners_rights_is_for_named_roles_only():
    """PostgreSQL lets everybody execute a new function: each migration has to take that back."""
    for_everybody = rows(
        """SELECT p.oid::regprocedure::text FROM pg_proc p
           WHERE p.pronamespace IN ('sec'::regnamespace, 'public'::regnamespace) AND p.prosecdef
             AND has_function_privilege('public', p.oid, 'EXECUTE')"""
    )
    assert for_everybody == []


def test_only_the_lookup_role_passes_by_row_security():
    free = rows("SELECT rolname FROM pg_roles WHERE rolname LIKE 'livery_%%' AND rolbypassrls")
    assert free == [("livery_lookup",)]
    assert rows("SELECT 1 FROM pg_roles WHERE rolname LIKE 'livery_%%' AND rolsuper") == []


@pytest.mark.parametrize("role", ["postfix", "dovecot"])
def test_postfix_and_dovecot_read_their_views_and_nothing_else(role):
    readable = rows(
        """SELECT relname FROM pg_class
           WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
             AND has_table_privilege(%s, oid, 'SELECT')""",
        [f"livery_{role}"],
    )
    names = {name for (name,) in readable}
    assert names
    assert {name for name in names if not name.startswith(f"{role}_")} == set()


def test_a_resellers_schema_has_few_tables(acme):
    (count,) = rows("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()")[0]
    assert 0 < count <= MOST_TABLES


def dump(name):
    """`pg_dump -s` of one schema, without what differs between any two of them."""
    database = connection.settings_dict
    done = subprocess.run(
        ["pg_dump", "--schema-only", "-w", "-n", name, "-h", str(database["HOST"]),
         "-p", str(database["PORT"]), "-U", "livery_provision", str(database["NAME"])],
        env={**os.environ, "PGPASSWORD": settings.PASSWORD_OF("provision")},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if not NOISE.match(line)]
    return "\n".join(lines).replace(name, "@")


def on_a_connection_of_its_own(work):
    """The roles change inside, which the test's transaction would not survive."""

    def on_a_thread():
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(on_a_thread).result()


def test_a_replayed_schema_is_the_migrated_one(db):
    replayed, migrated = (f"r_{ids.uuid7().hex[-12:]}" for _ in range(2))
    with psycopg.connect(settings.DSN("provision"), autocommit=True) as raw:
        raw.execute(f"CREATE SCHEMA {migrated}")
        try:
            on_a_connection_of_its_own(lambda: schema.migrate_schema(migrated))
            on_a_connection_of_its_own(lambda: schema.replay(replayed))
            assert "CREATE TABLE" in dump(migrated)
            assert dump(replayed) == dump(migrated)
            for name in (replayed, migrated):
                applied = raw.execute(f"SELECT app, name FROM {name}.django_migrations").fetchall()
                assert len(applied) > 3
        finally:
            raw.execute(f"DROP SCHEMA IF EXISTS {replayed} CASCADE")
            raw.execute(f"DROP SCHEMA IF EXISTS {migrated} CASCADE")


def test_replaying_twice_leaves_the_first_schema_as_it_is(acme):
    name = f"r_{ids.uuid7().hex[-12:]}"
    with psycopg.connect(settings.DSN("provision"), autocommit=True) as raw:
        try:
            schema.replay(name)
            raw.execute(f"CREATE TABLE {name}.mark ()")
            schema.replay(name)
            assert raw.execute("SELECT to_regclass(%s)", [f"{name}.mark"]).fetchone() != (None,)
        finally:
            raw.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
