"""How drf-spectacular reads our request bodies."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from rest_framework.serializers import BaseSerializer

from kernel.rest.openapi.shapes import Id, Schema
from kernel.rest.serializers import Body, Reference


class BodySchema(AutoSchema):
    """Knows ids, and that unknown fields are refused; a body's component is named as its class."""

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
            schema = {**Id(field.prefix).schema, **meta}
            return {**schema, "type": ["string", "null"]} if schema.pop("nullable", 0) else schema
        found: Schema = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        return found

    def _postprocess_serializer_schema(
        self, schema: Schema, serializer: BaseSerializer[Any], direction: str
    ) -> Schema:
        found: Schema = super()._postprocess_serializer_schema(schema, serializer, direction)  # type: ignore[no-untyped-call]
        if isinstance(serializer, Body):
            found["additionalProperties"] = False
        return found
