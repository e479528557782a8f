"""Type hints as JSON schemas (draft 2020-12, as OpenAPI 3.1 has it)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass
from datetime import date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)
from uuid import UUID

from kernel.rest.openapi.shapes import Id, Matches, OneOf, Schema

Refer = Callable[[type], Schema]
_BASIC: Mapping[object, Mapping[str, str]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    UUID: {"type": "string", "format": "uuid"},
    object: {},
    Any: {},
}


def object_schema(of: type, *, refer: Refer) -> Schema:
    """The schema of a TypedDict or dataclass; `refer` gives what stands for another one inside."""
    hints = get_type_hints(of, include_extras=True)
    required = getattr(of, "__required_keys__", frozenset(hints))
    return {
        "type": "object",
        "properties": {name: schema_of(hint, refer=refer) for name, hint in hints.items()},
        "required": sorted(required),
    }


def schema_of(hint: Any, *, refer: Refer) -> Schema:
    """The schema of one type; raises TypeError for a type that JSON does not know."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _annotated(schema_of(inner[0], refer=refer), inner[1:])
    if origin in (NotRequired, Required):
        return schema_of(inner[0], refer=refer)
    if origin in (Union, UnionType):
        return _any_of([schema_of(one, refer=refer) for one in inner])
    if origin is Literal:
        return {"enum": list(inner)}
    if origin in (list, Sequence):
        return {"type": "array", "items": schema_of(inner[0], refer=refer)}
    if origin in (dict, Mapping):
        return {"type": "object", "additionalProperties": schema_of(inner[1], refer=refer)}
    if is_typeddict(origin or hint) or is_dataclass(hint):
        return refer(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [one.value for one in hint]}
    if hint not in _BASIC:
        raise TypeError(f"{hint} has no schema")
    return dict(_BASIC[hint])


def _annotated(schema: Schema, said: Sequence[object]) -> Schema:
    for one in said:
        if isinstance(one, str):
            schema = {**schema, "description": one}
        elif isinstance(one, Id | OneOf | Matches):
            schema = {**schema, **one.schema}
    return schema


def _any_of(schemas: list[Schema]) -> Schema:
    """One type or null is written short, as people read it."""
    rest = [one for one in schemas if one != _BASIC[NoneType]]
    if len(rest) == 1 and len(schemas) == 2 and isinstance(rest[0].get("type"), str):
        nullable = {**rest[0], "type": [rest[0]["type"], "null"]}
        if "enum" in nullable:
            nullable["enum"] = [*nullable["enum"], None]
        return nullable
    return {"anyOf": schemas}
