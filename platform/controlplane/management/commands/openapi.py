"""`manage.py openapi`: write docs/api/openapi.json."""

from django.core.management.base import BaseCommand

from controlplane.api.document import COMMITTED, document, written


class Command(BaseCommand):
    """Writes the API's document to where it is committed."""

    help = "Write the OpenAPI document of the API into docs/api."

    def handle(self, *_: object, **__: object) -> None:
        """Write, and say where."""
        COMMITTED.parent.mkdir(exist_ok=True)
        COMMITTED.write_text(written(document()), encoding="utf-8")
        self.stdout.write(f"{COMMITTED.relative_to(COMMITTED.parents[2])} written")
