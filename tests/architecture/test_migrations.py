"""A migration leaves every column its type: what the old version has prepared stays good (decision 0050)."""

from collections.abc import Iterator

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AlterField
from django.db.models import Field, ForeignObject

OURS = ("kernel", "controlplane", "tenants", "mailcore", "billing")
#: From before anything was prepared.
BEFORE = {"metering.0003_longer_key"}


def type_of(field: Field) -> str:
    """The column's type; one that points elsewhere has that of what it points to."""
    if isinstance(field, ForeignObject):
        return str(field.remote_field.model)
    return str(field.db_type(connection))


def changed_types() -> Iterator[str]:
    loader = MigrationLoader(None)
    for (app, name), migration in loader.disk_migrations.items():
        if not migration.__module__.startswith(OURS):
            continue
        state = loader.project_state((app, name), at_end=False)
        for operation in migration.operations:
            if isinstance(operation, AlterField):
                model = state.models[app, operation.model_name_lower]
                if type_of(model.fields[operation.name]) != type_of(operation.field):
                    yield f"{app}.{name}"
            operation.state_forwards(app, state)


def test_no_column_changes_its_type_in_place() -> None:
    assert set(changed_types()) == BEFORE
