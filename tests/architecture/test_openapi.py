"""docs/api/openapi.json is what the code says of itself: whole, true to its own form, nobody's brand."""

import json
import re

import jsonschema
import pytest
from django.conf import settings
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema

from controlplane.api.document import COMMITTED, document, written

OPERATIONS = [
    pytest.param(said, id=f"{method} {path}")
    for path, methods in document()["paths"].items()
    for method, said in methods.items()
]


def test_the_committed_document_is_the_codes_own():
    assert COMMITTED.read_text(encoding="utf-8") == written(document()), (
        "run `.venv/bin/python manage.py openapi` and commit docs/api/openapi.json"
    )


def test_it_is_openapi_3_1_and_nothing_was_guessed():
    validate_schema(document())
    assert document()["openapi"].startswith("3.1")
    assert not GENERATOR_STATS, "drf-spectacular warned; run `manage.py openapi` to see of what"


def test_it_names_no_company_and_no_brand():
    text = COMMITTED.read_text(encoding="utf-8").lower()
    for name in ("livery", settings.PLATFORM_HOST, settings.INFRA_DOMAIN):
        assert not re.search(rf"\b{re.escape(name)}\b", text)


def test_each_operation_has_a_name_of_its_own():
    names = [said.values[0]["operationId"] for said in OPERATIONS]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", name) for name in names)


@pytest.mark.parametrize("said", OPERATIONS)
def test_each_operation_says_in_a_line_what_it_does(said):
    assert 5 < len(said["summary"]) < 80
    assert not re.match(r"\d{3}", said["summary"])


@pytest.mark.parametrize("said", OPERATIONS)
def test_its_examples_are_what_it_describes(said):
    bodies = [said["requestBody"]] if "requestBody" in said else []
    bodies += [answer for status, answer in said["responses"].items() if status.startswith("2")]
    for body in bodies:
        for content in body.get("content", {}).values():
            assert content["example"], "an example of an empty object tells nothing"
            check(content["example"], content["schema"])


def check(example, schema) -> None:
    """The example has the schema's form; component schemas are looked up in the document."""
    whole = {"components": document()["components"], **schema}
    shown = json.loads(json.dumps(example))
    jsonschema.Draft202012Validator(whole).validate(shown)
