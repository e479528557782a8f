"""Schemas that stand once in the document, and are referred to from everywhere."""

from typing import Any, get_args, get_origin, get_type_hints

from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

from kernel.rest.openapi.hints import object_schema, schema_of
from kernel.rest.openapi.shapes import Page, Schema
from kernel.rest.problems import Problem


class Components:
    """What a document's registry is filled with."""

    def __init__(self, registry: ComponentRegistry) -> None:
        self._registry = registry

    def shown(self, shape: Any) -> Schema:
        """A `$ref` to the component of a shape; a page of shapes is written out in its place."""
        if get_origin(shape) is Page:
            return _page(self.shown(get_args(shape)[0]))
        return self._shape(shape, object_schema(shape, refer=self.shown))

    def taken(self, shape: Any) -> Schema:
        """The same of what is taken: a name that we do not know is refused."""
        schema = object_schema(shape, refer=self.taken)
        return self._shape(shape, {**schema, "additionalProperties": False})

    def answer(self, code: str, answer: Schema) -> Schema:
        """A `$ref` to the answer that says only this code."""
        return self._add(code, ResolvedComponent.RESPONSE, of=Problem, schema=answer)

    def _shape(self, shape: type, schema: Schema) -> Schema:
        words = " ".join((shape.__doc__ or "").split())
        return self._add(
            shape.__name__.removesuffix("Shown"),
            ResolvedComponent.SCHEMA,
            of=shape,
            schema={**schema, "description": words},
        )

    def _add(self, name: str, kind: str, *, of: type, schema: Schema) -> Schema:
        component = ResolvedComponent(name=name, type=kind, object=of, schema=schema)
        self._registry.register_on_missing(component)
        reference: Schema = component.ref
        return reference


def _page(row: Schema) -> Schema:
    cursor = schema_of(get_type_hints(Page, include_extras=True)["next_cursor"], refer=lambda _: {})
    return {
        "type": "object",
        "properties": {"data": {"type": "array", "items": row}, "next_cursor": cursor},
        "required": ["data", "next_cursor"],
    }
