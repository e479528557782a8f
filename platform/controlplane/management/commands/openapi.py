"""`manage.py openapi`: write docs/api/openapi.json, and the Python client that is made of it."""

import runpy

from django.conf import settings
from django.core.management.base import BaseCommand

from controlplane.api.document import COMMITTED, document, written


class Command(BaseCommand):
    """Writes the API's document to where it is committed, then the client's resources."""

    help = "Write the OpenAPI document of the API into docs/api, and the client's resources."

    def handle(self, *_: object, **__: object) -> None:
        """Write, and say where."""
        COMMITTED.parent.mkdir(exist_ok=True)
        COMMITTED.write_text(written(document()), encoding="utf-8")
        self.stdout.write(f"{COMMITTED.relative_to(COMMITTED.parents[2])} written")
        client = settings.BASE_DIR / "clients" / "python" / "generate.py"
        runpy.run_path(str(client))["write_package"]()
        self.stdout.write(f"{client.parent.relative_to(settings.BASE_DIR)} written")
