"""`manage.py prepare`: bring the database to what the code expects; safe to run again."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from kernel import schema
from kernel.migrating import beside_traffic
from kernel.roles import as_role
from kernel.tenancy import PUBLIC
from mailcore.delivery.partitions import DAYS
from tenants.resellers.models import Reseller

SQL = Path(settings.BASE_DIR) / "platform" / "deploy" / "postgres"


class Command(BaseCommand):
    """Privileges, public tables, the template schema, then each reseller's schema."""

    help = __doc__ or ""

    def handle(self, *_: Any, **__: Any) -> None:
        """Run as role owner; connects as provision where a reseller's schema is touched."""
        beside_traffic(self._bring)

    def _bring(self) -> None:
        run_file(SQL / "privileges.sql")
        call_command("migrate_schemas", shared=True, verbosity=0, interactive=False)
        with as_role("provision"):
            run_file(SQL / "provision.sql")
        built = schema.ensure_artefact()
        self.stdout.write("template schema " + ("built" if built else "is current"))
        self._migrate_resellers()
        with connection.cursor() as cursor:
            cursor.execute("SELECT sec.make_partitions(CURRENT_DATE - 1, %s)", [DAYS])

    def _migrate_resellers(self) -> None:
        wanted = schema.migration_set()
        behind = Reseller.objects.exclude(schema_name=PUBLIC).exclude(
            migration_set__in=["", wanted]
        )
        for reseller in behind:
            schema.migrate_schema(reseller.schema_name)
            Reseller.objects.filter(pk=reseller.pk).update(migration_set=wanted)
            self.stdout.write(f"{reseller.schema_name} migrated")


def run_file(path: Path) -> None:
    """Run a file of SQL statements on Django's connection."""
    with connection.cursor() as cursor:
        cursor.execute(path.read_text(encoding="utf-8"))
