"""The documents in docs/api are what the code says of itself: whole, true to their form, nobody's brand."""

import copy
import json
import re
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest
from django.conf import settings
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema

from controlplane.api.document import APIS, RESELLERS, Api, document, written
from tests.architecture.narrowing import narrowings

ROOT = Path(__file__).parents[2]

OPERATIONS = [
    pytest.param(said, api, id=f"{api.committed.stem} {method} {path}")
    for api in APIS
    for path, methods in document(api)["paths"].items()
    for method, said in methods.items()
]
each_api = pytest.mark.parametrize("api", APIS, ids=lambda api: api.committed.stem)


@each_api
def test_the_committed_document_is_the_codes_own(api):
    assert api.committed.read_text(encoding="utf-8") == written(document(api)), (
        "run `.venv/bin/python manage.py openapi` and commit docs/api"
    )


@each_api
def test_it_is_openapi_3_1_and_nothing_was_guessed(api):
    validate_schema(document(api))
    assert document(api)["openapi"].startswith("3.1")
    assert not GENERATOR_STATS, "drf-spectacular warned; run `manage.py openapi` to see of what"


@each_api
def test_it_names_no_company_and_no_brand(api):
    text = api.committed.read_text(encoding="utf-8").lower()
    for name in ("livery", settings.PLATFORM_HOST, settings.INFRA_DOMAIN):
        assert not re.search(rf"\b{re.escape(name)}\b", text)


@each_api
def test_each_operation_has_a_name_of_its_own(api):
    every = [said for said, of in (one.values for one in OPERATIONS) if of is api]
    names = [said["operationId"] for said in every]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", name) for name in names)


@pytest.mark.parametrize(("said", "api"), OPERATIONS)
def test_each_operation_says_in_a_line_what_it_does(said, api):
    assert 5 < len(said["summary"]) < 80
    assert not re.match(r"\d{3}", said["summary"])


@pytest.mark.parametrize(("said", "api"), OPERATIONS)
def test_its_examples_are_what_it_describes(said, api):
    bodies = [said["requestBody"]] if "requestBody" in said else []
    bodies += [answer for status, answer in said["responses"].items() if status.startswith("2")]
    for body in bodies:
        for content in body.get("content", {}).values():
            assert content["example"], "an example of an empty object tells nothing"
            check(content["example"], content["schema"], api)


def check(example, schema, api) -> None:
    """The example has the schema's form; component schemas are looked up in the document."""
    whole = {"components": document(api)["components"], **schema}
    shown = json.loads(json.dumps(example))
    jsonschema.Draft202012Validator(whole).validate(shown)


#: What was taken away all the same → the decision that says why.
DECIDED: dict[str, str] = {}


def earlier(api: Api) -> list[dict]:
    """The document as the last commits had it; none in a tree without history."""
    if shutil.which("git") is None:
        return []
    place = api.committed.relative_to(ROOT).as_posix()
    log = ["git", "-C", str(ROOT), "log", "-n", "10", "--format=%H", "--", place]
    found = subprocess.run(log, capture_output=True, text=True)
    versions = []
    for commit in found.stdout.split():
        shown = subprocess.run(
            ["git", "-C", str(ROOT), "show", f"{commit}:{place}"], capture_output=True
        )
        if shown.returncode == 0:
            versions.append(json.loads(shown.stdout))
    return versions


@each_api
def test_nothing_is_taken_away_within_version_1(api):
    found = {line for before in earlier(api) for line in narrowings(before, document(api))}
    assert not found - set(DECIDED), "write a decision and name it in DECIDED, or put it back"


def test_what_is_taken_away_is_noticed():
    before, after = document(RESELLERS), copy.deepcopy(document(RESELLERS))
    assert not list(narrowings(before, after))
    schemas, paths = after["components"]["schemas"], after["paths"]
    del paths["/api/v1/me"]
    del schemas["Domain"]["properties"]["name"]
    schemas["NewOrganisation"]["properties"]["vat"] = {"type": "string"}
    schemas["NewOrganisation"]["required"].append("vat")
    found = list(narrowings(before, after))
    assert "me.get: gone, or named otherwise" in found
    assert "domains.get 200: field name is gone" in found
    assert "organisations.create: field vat of the body is needed now" in found
