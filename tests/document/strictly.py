"""Whether an answer is one of those that its operation documents, and no more than it says."""

import json
from typing import Any

import jsonschema

from controlplane.api.document import Api, document
from tests.document.operations import Operation


def require_documented(operation: Operation, answer: Any) -> None:
    """Fails for a status, type, field or form that the document does not have."""
    status = str(answer.status_code)
    assert status in operation.answers, f"{operation.name} answers {status}: {answer.content}"
    content = operation.answers[status].get("content", {})
    if not content:
        assert not answer.content
        return
    (media, said), *_ = content.items()
    assert answer["Content-Type"] == media
    jsonschema.Draft202012Validator(_closed(said["schema"], operation.api)).validate(
        json.loads(answer.content)
    )


def _closed(schema: dict[str, Any], api: Api) -> dict[str, Any]:
    """The schema with no field beside the named ones; programs have to expect more, we do not."""
    whole = {"components": document(api)["components"], **schema}
    closed: dict[str, Any] = _close(whole)
    return closed


def _close(value: Any) -> Any:
    if isinstance(value, list):
        return [_close(one) for one in value]
    if not isinstance(value, dict):
        return value
    closed = {name: _close(one) for name, one in value.items()}
    if isinstance(closed.get("properties"), dict) and closed.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed
