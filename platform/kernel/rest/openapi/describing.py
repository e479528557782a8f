"""drf-spectacular's inspector, fed with what each endpoint says of itself."""

from http import HTTPStatus
from typing import Any, get_args, get_origin

from drf_spectacular.plumbing import ComponentRegistry

from kernel.rest.openapi import parameters
from kernel.rest.openapi.bodies import BodySchema
from kernel.rest.openapi.components import Components
from kernel.rest.openapi.hints import schema_of
from kernel.rest.openapi.operations import Operation, Undescribed, find_operation
from kernel.rest.openapi.refusals import possible_codes, refusals
from kernel.rest.openapi.shapes import Page, Schema, example_of
from kernel.rest.rows import MOST_ROWS, RowsAsCsv
from kernel.rest.serializers import Body

_JSON = "application/json"


class Described(BodySchema):
    """The schema class of every endpoint: its `operation` says all, nothing is guessed."""

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
            "parameters": list(parameters.of(said, path=path, method=self.method)),
            "responses": self._answers(said, Components(registry)),
        }
        if said.takes is not None:
            found["requestBody"] = self._body(said.takes, Components(registry))
        return found

    def _body(self, takes: Any, components: Components) -> Schema:
        if isinstance(takes, type) and issubclass(takes, Body):
            schema = self.resolve_serializer(takes, "request").ref
            example: object = takes.example
            is_needed = any(field.required for field in takes().fields.values())
        elif get_origin(takes) is list:
            return self._rows(get_args(takes)[0])
        else:
            schema = schema_of(takes, refer=components.taken)
            example, is_needed = example_of(next(iter(get_args(takes)), takes)), True
        return {"required": is_needed, "content": {_JSON: {"schema": schema, "example": example}}}

    def _rows(self, of: type[Body]) -> Schema:
        row = self.resolve_serializer(of, "request").ref
        schema = {"type": "array", "items": row, "minItems": 1, "maxItems": MOST_ROWS}
        lines = [",".join(map(str, of.example)), ",".join(map(str, of.example.values()))]
        table = {"schema": {"type": "string"}, "example": "\r\n".join(lines)}
        array = {"schema": schema, "example": [dict(of.example)]}
        return {"required": True, "content": {_JSON: array, RowsAsCsv.media_type: table}}

    def _answers(self, said: Operation, components: Components) -> Schema:
        codes = possible_codes(said, path=self.path, method=self.method)
        found = {}
        for status, answer in said.answers.items():
            headers = parameters.of_answer(said, status=status, method=self.method)
            found[str(status)] = _answer(answer, components, headers)
        if self.method == "GET":
            found["304"] = {"description": HTTPStatus.NOT_MODIFIED.phrase}
        return found | refusals(codes, refer=components.shown, share=components.answer)


def _answer(answer: Any, components: Components, headers: Schema) -> Schema:
    if answer is None:
        return {"description": "Done."}
    shown: Schema = {"schema": schema_of(answer, refer=components.shown)}
    if get_origin(answer) is Page:
        (row,) = get_args(answer)
        shown["example"] = {"data": [example_of(row)], "next_cursor": None}
    else:
        shown["example"] = example_of(answer)
    return {"description": "Done.", "content": {_JSON: shown}, "headers": headers}


def _description(said: Operation) -> str:
    right = f"Needs the right `{said.right}`." if said.right else "Any key may ask."
    return f"{said.description} {right}".strip()
