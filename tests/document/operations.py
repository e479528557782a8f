"""The operations of the OpenAPI documents, as tests call them; the operator's begin with `operator/`."""

from dataclasses import dataclass
from typing import Any

from controlplane.api.document import OPERATOR, RESELLERS, Api, document

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One entry of a document; `parts` are the names in its path, `query` its parameters."""

    api: Api
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


def resolve(schema: dict[str, Any], api: Api) -> dict[str, Any]:
    """What a `$ref` in this API's document stands for."""
    while "$ref" in schema:
        _, _, kind, name = schema["$ref"].split("/")
        schema = document(api)["components"][kind][name]
    return schema


def _read(api: Api, prefix: str) -> dict[str, Operation]:
    found = [
        _operation(api, path, method, said, prefix)
        for path, methods in document(api)["paths"].items()
        for method, said in methods.items()
    ]
    return {one.name: one for one in found}


def _operation(api: Api, path: str, method: str, said: dict[str, Any], prefix: str) -> Operation:
    body = said.get("requestBody")
    (needed,) = said["security"][0].values()
    return Operation(
        api=api,
        name=prefix + said["operationId"],
        method=method,
        path=path,
        right=needed[0] if needed else None,
        parts=tuple(one["name"] for one in said["parameters"] if one["in"] == "path"),
        query=tuple(one["name"] for one in said["parameters"] if one["in"] == "query"),
        body=body["content"]["application/json"]["schema"] if body else None,
        answers={status: resolve(answer, api) for status, answer in said["responses"].items()},
    )


OF_RESELLERS = _read(RESELLERS, "")
OF_OPERATOR = _read(OPERATOR, "operator/")
OPERATIONS = {**OF_RESELLERS, **OF_OPERATOR}
