"""What a later document of the API takes away from programs that were written for an earlier one."""

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]


def narrowings(before: Document, after: Document) -> Iterator[str]:
    """A line for each operation, field, value or freedom that is gone."""
    for path, methods in before["paths"].items():
        for method, was in methods.items():
            now = after["paths"].get(path, {}).get(method)
            if now is None or now["operationId"] != was["operationId"]:
                yield f"{was['operationId']}: gone, or named otherwise"
            else:
                yield from _operation(was["operationId"], (before, was), (after, now))


def _operation(name: str, before: Any, after: Any) -> Iterator[str]:
    (old, was), (new, now) = before, after
    known = {(one["in"], one["name"]) for one in now["parameters"]}
    for one in was["parameters"]:
        if (one["in"], one["name"]) not in known:
            yield f"{name}: parameter {one['name']} is gone"
    for status, answer in was["responses"].items():
        if status.startswith("2") and status not in now["responses"]:
            yield f"{name}: does not answer {status} any more"
        elif status.startswith("2"):
            yield from _shown(f"{name} {status}", (old, answer), (new, now["responses"][status]))
    if "requestBody" in now:
        yield from _taken(name, (old, was.get("requestBody", {})), (new, now["requestBody"]))


def _shown(where: str, before: Any, after: Any) -> Iterator[str]:
    """An answer keeps its fields and their types; it may get more."""
    was, now = _fields(*before), _fields(*after)
    for field, (schema, _) in was.items():
        if field not in now:
            yield f"{where}: field {field} is gone"
        elif not _types(schema) >= _types(now[field][0]):
            yield f"{where}: field {field} is of another type"


def _taken(name: str, before: Any, after: Any) -> Iterator[str]:
    """A body takes what it took, and needs no more."""
    was, now = _fields(*before), _fields(*after)
    for field, (schema, _) in was.items():
        if field not in now:
            yield f"{name}: field {field} of the body is refused now"
        elif not _types(schema) <= _types(now[field][0]):
            yield f"{name}: field {field} of the body is of another type"
        elif not set(schema.get("enum", ())) <= set(
            now[field][0].get("enum", schema.get("enum", ()))
        ):
            yield f"{name}: field {field} of the body takes fewer values"
    for field, (_, is_needed) in now.items():
        if is_needed and not was.get(field, (None, False))[1]:
            yield f"{name}: field {field} of the body is needed now"


def _fields(document: Document, part: Document) -> dict[str, tuple[Document, bool]]:
    """Dotted name → schema and whether it is needed, of the JSON of a body or answer."""
    content = part.get("content", {}).get("application/json")
    return dict(_walk(document, content["schema"], "")) if content else {}


def _walk(document: Document, schema: Document, at: str) -> Iterator[tuple[str, Any]]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for form in schema.get("anyOf", ()):
        yield from _walk(document, form, at)
    if "items" in schema:
        yield from _walk(document, schema["items"], at)
    for name, inner in schema.get("properties", {}).items():
        yield f"{at}{name}", (inner, name in schema.get("required", ()))
        yield from _walk(document, inner, f"{at}{name}.")


def _types(schema: Document) -> set[str]:
    kinds = schema.get("type", [])
    return {kinds} if isinstance(kinds, str) else set(kinds)
