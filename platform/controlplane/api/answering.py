"""Which requests can be answered with which code, as the documents say it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from controlplane.api.document import Api, document
from kernel.rest.problems import MEDIA_TYPE


@cache
def answering(api: Api) -> Mapping[str, Sequence[str]]:
    """Code → requests such as `POST /api/v1/domains`, in the order of the document."""
    found: dict[str, list[str]] = {}
    for path, methods in document(api)["paths"].items():
        for method, said in methods.items():
            for answer in said["responses"].values():
                for code in _codes(_resolved(answer, api)):
                    found.setdefault(code, []).append(f"{method.upper()} {path}")
    return found


def _resolved(answer: dict[str, Any], api: Api) -> dict[str, Any]:
    if "$ref" not in answer:
        return answer
    name = answer["$ref"].rpartition("/")[2]
    shared: dict[str, Any] = document(api)["components"]["responses"][name]
    return shared


def _codes(answer: dict[str, Any]) -> Iterator[str]:
    if MEDIA_TYPE in answer.get("content", {}):
        _, narrowed = answer["content"][MEDIA_TYPE]["schema"]["allOf"]
        yield from narrowed["properties"]["code"]["enum"]
