"""`manage.py openapi`: write what docs and the Python client say of the APIs from the code."""

import runpy

from django.conf import settings
from django.core.management.base import BaseCommand

from controlplane.api.document import APIS, document, written
from controlplane.api.problem_tables import TABLES, with_table


class Command(BaseCommand):
    """Writes each API's document to where it is committed, tables of problems, and the client."""

    help = "Write the APIs' OpenAPI documents, the docs' tables of problems, and the client."

    def handle(self, *_: object, **__: object) -> None:
        """Write, and say where."""
        for api in APIS:
            api.committed.parent.mkdir(exist_ok=True)
            api.committed.write_text(written(document(api)), encoding="utf-8")
            self.stdout.write(f"{api.committed.relative_to(settings.BASE_DIR)} written")
        for path, meanings in TABLES.items():
            text = with_table(path.read_text(encoding="utf-8"), meanings)
            path.write_text(text, encoding="utf-8")
        client = settings.BASE_DIR / "clients" / "python" / "generate.py"
        runpy.run_path(str(client))["write_package"]()
        self.stdout.write(f"{client.parent.relative_to(settings.BASE_DIR)} written")
