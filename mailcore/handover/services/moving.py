"""A domain's rows go from one reseller's schema to another's: all that hangs on it, of whatever tables."""

from functools import cache
from uuid import UUID

from django.db import connection, models
from psycopg.sql import SQL, Composable, Identifier

from mailcore.domains.models import Domain

_Model = type[models.Model]


def move(*, domain_id: UUID, giver: str, taker: str, organisation_id: UUID) -> None:
    """Copy parents before children, then remove children before parents; schemas by name.

    In the caller's transaction, which holds the domain.
    """
    given = {"domain": domain_id, "organisation": organisation_id}
    with connection.cursor() as cursor:
        for model in tree():
            cursor.execute(_copy(model, giver=giver, taker=taker), given)
        for model in reversed(tree()):
            statement = SQL("DELETE FROM {} AS c WHERE {}")
            cursor.execute(statement.format(_table(giver, model), _hangs(model, giver)), given)


@cache
def tree() -> tuple[_Model, ...]:
    """The domain and every model that points to it, directly or not, parents first."""
    found: list[_Model] = [Domain]
    for model in found:
        found += [one for one in _children(model) if one not in found]
    return tuple(found)


def _children(model: _Model) -> list[_Model]:
    relations = model._meta.get_fields(include_hidden=True)
    found = [one.related_model for one in relations if isinstance(one, models.ManyToOneRel)]
    return [one for one in found if isinstance(one, type)]


def _copy(model: _Model, *, giver: str, taker: str) -> Composable:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    return SQL("INSERT INTO {} ({}) SELECT {} FROM {} AS c WHERE {}").format(
        _table(taker, model),
        SQL(", ").join(Identifier(str(field.column)) for field in fields),
        SQL(", ").join(_source(field, giver=giver, taker=taker) for field in fields),
        _table(giver, model),
        _hangs(model, giver),
    )


def _source(field: "models.Field[object, object]", *, giver: str, taker: str) -> Composable:
    """A column as the taker has it: numbers of rows are each schema's own, public ids are not."""
    column = Identifier("c", str(field.column))
    if field.column == "organisation_id":
        return SQL("%(organisation)s")
    if not isinstance(field, models.ForeignKey):
        return column
    return SQL(
        "(SELECT n.id FROM {} AS n JOIN {} AS o ON o.public_id = n.public_id WHERE o.id = {})"
    ).format(_table(taker, field.related_model), _table(giver, field.related_model), column)


def _hangs(model: _Model, schema: str) -> Composable:
    """The condition that row `c` hangs on the domain."""
    if model is Domain:
        return SQL("c.public_id = %(domain)s")
    field = next(
        one
        for one in model._meta.concrete_fields
        if isinstance(one, models.ForeignKey) and one.related_model in tree()
    )
    return SQL("{} IN (SELECT c.id FROM {} AS c WHERE {})").format(
        Identifier("c", str(field.column)),
        _table(schema, field.related_model),
        _hangs(field.related_model, schema),
    )


def _table(schema: str, model: _Model) -> Composable:
    return Identifier(schema, model._meta.db_table)
