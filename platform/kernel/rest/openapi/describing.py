"""drf-spectacular's inspector, fed with what each endpoint says of itself."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, get_args, get_origin, get_type_hints

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent
from rest_framework.serializers import BaseSerializer

from kernel import ids
from kernel.rest.openapi import parameters
from kernel.rest.openapi.hints import object_schema, schema_of
from kernel.rest.openapi.operations import Operation, find_operation
from kernel.rest.openapi.refusals import Problem, possible_codes, refusals
from kernel.rest.openapi.shapes import Id, Page, Schema, example_of
from kernel.rest.serializers import Body, Reference

JSON = "application/json"


class Undescribed(Exception):  # a fault of ours, no answer
    """An endpoint lacks what the document needs."""


class Described(AutoSchema):
    """The schema class of every endpoint: its `operation` says all, nothing is guessed."""

    registry: ComponentRegistry

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> Schema:
        """The operation object; raises Undescribed for a method without @operation."""
        self.path, self.path_regex, self.path_prefix = path, path_regex, path_prefix
        self.method, self.registry = method.upper(), registry
        said = find_operation(type(self.view), method)
        if said is None:
            raise Undescribed(f"{method} {path} has no @operation")
        found: Schema = {
            "operationId": said.name,
            "summary": said.summary,
            "description": _description(said),
            "tags": [said.name.partition(".")[0]],
            "security": [{"key": [said.right] if said.right else []}],
            "parameters": list(self._said_parameters(said)),
            "responses": self._said_answers(said),
        }
        if said.takes is not None:
            found["requestBody"] = self._said_body(said.takes)
        return found

    def _said_parameters(self, said: Operation) -> Iterator[Schema]:
        for name in re.findall(r"{(\w+)}", self.path):
            yield {"name": name, "in": "path", "required": True, "schema": _part(name)}
        yield from parameters.of_query(said, method=self.method)
        yield from parameters.of_headers(method=self.method)

    def _said_body(self, takes: Any) -> Schema:
        if isinstance(takes, type) and issubclass(takes, Body):
            schema = self.resolve_serializer(takes, "request").ref
            example: object = takes.example
        else:
            schema = schema_of(takes, refer=self._closed)
            example = example_of(next(iter(get_args(takes)), takes))
        return {"required": True, "content": {JSON: {"schema": schema, "example": example}}}

    def _said_answers(self, said: Operation) -> Schema:
        codes = possible_codes(said, path=self.path, method=self.method)
        found = {str(status): self._answer(answer) for status, answer in said.answers.items()}
        if self.method == "GET":
            found["304"] = {"description": HTTPStatus.NOT_MODIFIED.phrase}
        return found | refusals(codes, refer=self._refer, share=self._share)

    def _answer(self, answer: Any) -> Schema:
        if answer is None:
            return {"description": "Done."}
        shown: Schema = {"schema": schema_of(answer, refer=self._refer)}
        if get_origin(answer) is Page:
            (row,) = get_args(answer)
            shown["example"] = {"data": [example_of(row)], "next_cursor": None}
        else:
            shown["example"] = example_of(answer)
        found: Schema = {"description": "Done.", "content": {JSON: shown}}
        headers = parameters.of_answer(method=self.method)
        return {**found, "headers": headers} if headers else found

    def _refer(self, shape: Any) -> Schema:
        """A `$ref` to the component of a shape; a page of shapes is written out in its place."""
        if get_origin(shape) is Page:
            return _page(self._refer(get_args(shape)[0]))
        return self._component(shape, object_schema(shape, refer=self._refer))

    def _closed(self, shape: Any) -> Schema:
        """The same of what is taken: a name that we do not know is refused."""
        schema = object_schema(shape, refer=self._closed)
        return self._component(shape, {**schema, "additionalProperties": False})

    def _component(self, shape: type, schema: Schema) -> Schema:
        words = " ".join((shape.__doc__ or "").split())
        component = ResolvedComponent(
            name=shape.__name__.removesuffix("Shown"),
            type=ResolvedComponent.SCHEMA,
            object=shape,
            schema={**schema, "description": words},
        )
        self.registry.register_on_missing(component)
        reference: Schema = component.ref
        return reference

    def _share(self, code: str, answer: Schema) -> Schema:
        component = ResolvedComponent(
            name=code, type=ResolvedComponent.RESPONSE, object=Problem, schema=answer
        )
        self.registry.register_on_missing(component)
        reference: Schema = component.ref
        return reference

    def _get_serializer_name(
        self, serializer: BaseSerializer[Any], direction: str, bypass_extensions: bool = False
    ) -> str:
        del direction, bypass_extensions
        return type(serializer).__name__

    def _map_serializer_field(
        self, field: Any, direction: str, bypass_extensions: bool = False
    ) -> Schema:
        if isinstance(field, Reference):
            meta: Schema = self._get_serializer_field_meta(field, direction)  # type: ignore[no-untyped-call]
            return {**Id(field.prefix).schema, **meta}
        found: Schema = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        return found

    def _postprocess_serializer_schema(
        self, schema: Schema, serializer: BaseSerializer[Any], direction: str
    ) -> Schema:
        found: Schema = super()._postprocess_serializer_schema(schema, serializer, direction)  # type: ignore[no-untyped-call]
        if isinstance(serializer, Body):
            found["additionalProperties"] = False
        return found


def _description(said: Operation) -> str:
    right = f"Needs the right `{said.right}`." if said.right else "Any key may ask."
    return f"{said.description} {right}".strip()


def _part(name: str) -> Schema:
    """The schema of a part of the path: `domain_id` is the id of a domain, `n` counts from 1."""
    noun = name.removesuffix("_id")
    if noun == name:
        return {"type": "integer", "minimum": 1} if name == "n" else {"type": "string"}
    if noun not in ids.PREFIXES:
        raise Undescribed(f"kernel.ids.PREFIXES does not know {noun}")
    return Id(ids.PREFIXES[noun]).schema


def _page(row: Schema) -> Schema:
    cursor = schema_of(get_type_hints(Page, include_extras=True)["next_cursor"], refer=lambda _: {})
    return {
        "type": "object",
        "properties": {"data": {"type": "array", "items": row}, "next_cursor": cursor},
        "required": ["data", "next_cursor"],
    }
