"""The operations of the OpenAPI document, as tests call them."""

from dataclasses import dataclass
from typing import Any

from controlplane.api.document import document

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One entry of the document; `parts` are the names in its path, `query` its parameters."""

    name: str
    method: str
    path: str
    right: str | None
    parts: tuple[str, ...]
    query: tuple[str, ...]
    body: dict[str, Any] | None
    answers: dict[str, Any]

    @property
    def is_reading(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "get"


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    """What a `$ref` stands for."""
    while "$ref" in schema:
        _, _, kind, name = schema["$ref"].split("/")
        schema = document()["components"][kind][name]
    return schema


def _read(path: str, method: str, said: dict[str, Any]) -> Operation:
    body = said.get("requestBody")
    (needed,) = said["security"][0].values()
    return Operation(
        name=said["operationId"],
        method=method,
        path=path,
        right=needed[0] if needed else None,
        parts=tuple(one["name"] for one in said["parameters"] if one["in"] == "path"),
        query=tuple(one["name"] for one in said["parameters"] if one["in"] == "query"),
        body=body["content"]["application/json"]["schema"] if body else None,
        answers={status: resolve(answer) for status, answer in said["responses"].items()},
    )


OPERATIONS = {
    said["operationId"]: _read(path, method, said)
    for path, methods in document()["paths"].items()
    for method, said in methods.items()
}
