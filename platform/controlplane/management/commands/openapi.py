"""`manage.py openapi`: write the documents into docs/api, and the Python client that is made of one."""

import runpy

from django.conf import settings
from django.core.management.base import BaseCommand

from controlplane.api.document import APIS, document, written


class Command(BaseCommand):
    """Writes each API's document to where it is committed, then the client's resources."""

    help = "Write the OpenAPI documents of the APIs into docs/api, and the client's resources."

    def handle(self, *_: object, **__: object) -> None:
        """Write, and say where."""
        for api in APIS:
            api.committed.parent.mkdir(exist_ok=True)
            api.committed.write_text(written(document(api)), encoding="utf-8")
            self.stdout.write(f"{api.committed.relative_to(settings.BASE_DIR)} written")
        client = settings.BASE_DIR / "clients" / "python" / "generate.py"
        runpy.run_path(str(client))["write_package"]()
        self.stdout.write(f"{client.parent.relative_to(settings.BASE_DIR)} written")
