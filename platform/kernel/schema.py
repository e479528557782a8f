"""The template schema: an empty reseller schema as SQL, replayed for each new one (foundations 8)."""

import hashlib
import os
import re
import subprocess

import psycopg
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django_tenants.migration_executors.base import run_migrations

from kernel.models import TemplateArtefact
from kernel.roles import as_role

_BUILD = "template_build"
_NAME = re.compile(r"r_[0-9a-f]{12,32}|template_build")
_MARK = "@@SCHEMA@@"
#: Lines of a dump that are of no use in a replay; 15.14 and later write \restrict with a token.
_NOISE = re.compile(r"^(--.*|SET .*|SELECT pg_catalog\.set_config.*|\\(un)?restrict.*|)$")


def migration_set() -> str:
    """A digest of every migration known to the code."""
    names = sorted(MigrationLoader(None).disk_migrations or {})
    return hashlib.sha256(repr(names).encode()).hexdigest()


def ensure_artefact() -> bool:
    """Build and store the artefact of the current migrations; False when it stood already."""
    wanted = migration_set()
    if TemplateArtefact.objects.filter(pk=wanted).exists():
        return False
    sql = _build()
    TemplateArtefact.objects.create(migration_set=wanted, sql=sql)
    return True


def migrate_schema(schema: str) -> None:
    """Bring one reseller schema to the current migrations, as role provision."""
    _check_name(schema)
    with as_role("provision"):
        run_migrations([], _migrate_options(), "standard", schema)


def replay(schema: str) -> str:
    """Make `schema` from the artefact, all or nothing; the migration set it stands for.

    Raises TemplateArtefact.DoesNotExist before `prepare` has run, and psycopg errors;
    a schema that already stands is left as it is.
    """
    _check_name(schema)
    artefact = TemplateArtefact.objects.get(pk=migration_set())
    with psycopg.connect(settings.DSN("provision")) as raw, raw.transaction():
        raw.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [schema])
        if raw.execute("SELECT to_regnamespace(%s)", [schema]).fetchone() != (None,):
            return artefact.migration_set
        raw.execute("SET LOCAL search_path = ''")
        raw.execute("SET LOCAL lock_timeout = '3s'")
        raw.execute(artefact.sql.replace(_MARK, schema).encode(), prepare=False)
    return artefact.migration_set


def _build() -> str:
    with as_role("provision"):
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {_BUILD} CASCADE")
            cursor.execute(f"CREATE SCHEMA {_BUILD}")
        run_migrations([], _migrate_options(), "standard", _BUILD)
        dump = _dump()
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA {_BUILD} CASCADE")
    return dump


def _dump() -> str:
    database = connection.settings_dict
    command = ["pg_dump", "--schema-only", "--no-privileges", "-n", _BUILD, "-w"]
    command += ["-h", database["HOST"], "-p", str(database["PORT"]), "-U", database["USER"]]
    rows = ["-t", f"{_BUILD}.django_migrations", "--data-only", "--inserts"]
    environment = {**os.environ, "PGPASSWORD": database["PASSWORD"]}
    parts = []
    for extra in ([], rows):
        argv = [part for part in command if extra == [] or part != "--schema-only"]
        done = subprocess.run(  # noqa: S603 - fixed words and our own settings
            [*argv, *extra, database["NAME"]],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        parts += [line for line in done.stdout.splitlines() if not _NOISE.match(line)]
    return "\n".join(parts).replace(_BUILD, _MARK)


def _check_name(schema: str) -> None:
    if not _NAME.fullmatch(schema):
        raise ValueError(f"{schema!r} is not a reseller schema's name")


def _migrate_options() -> dict[str, object]:
    return {
        "verbosity": 0,
        "interactive": False,
        "app_label": None,
        "migration_name": None,
        "run_syncdb": False,
        "fake": False,
        "fake_initial": False,
        "plan": False,
        "check_unapplied": False,
        "prune": False,
        "database": "default",
        "skip_checks": True,
        "force_color": False,
        "no_color": True,
        "traceback": False,
    }
