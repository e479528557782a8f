"""Whatever a program sends to an operation, it is told what is wrong with it: never a fault of ours."""

import json
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client

from kernel.tenancy import PUBLIC, in_schema
from mailcore.mailboxes import passwords
from tests.document.operations import OPERATIONS, resolve

LABELS = ".".join(["a" * 62] * 4)
NAUGHTY = [
    "", "a\r\nb: c", "x" * 5000, "\u202emoc.liave", "xn--", "xn--\u00fc", "xn--80ak6aa92e.test",
    "bücher.test", "１２７.0.0.1", f"{LABELS}.te", "a" * 254, f"{'a' * 64}@{LABELS}",
    "'; DROP TABLE domain; --", "https://[::1]/", "dom_00000000000000000000000000", "9" * 400,
]  # fmt: skip
#: Of no field: a text with NUL or half a character, and numbers that nothing counts.
NEVER = ["nul\0.test", "\ud800", 10**30, -1.5]
OF_OTHER_TYPES = [None, True, 7, "seven", [[]], {"a": 1}]
IN_A_PATH = ["%00", "x" * 3000, "..%2f..", "%ff", "dom_%C3%A9", "dom_" + "z" * 26]
IN_A_QUERY = ["\0", "x" * 3000, "-1", "٣", "cur_" + "z" * 26, "xn--"]

WITH_BODY = sorted(name for name, one in OPERATIONS.items() if one.body is not None)
WITH_PARTS = sorted(name for name, one in OPERATIONS.items() if one.parts)
READING = sorted(name for name, one in OPERATIONS.items() if one.is_reading)


@pytest.fixture
def send(stage, monkeypatch):
    """Send bytes to an operation as the rightful caller; what it changes is taken back."""
    monkeypatch.setattr(
        passwords, "hash_for_dovecot", lambda _: "not of a password"
    )  # slow by intent
    client = Client(raise_request_exception=False)

    def go(name, raw: bytes = b"", *, path=None, query=""):
        operation = OPERATIONS[name]
        caller = stage.caller_of(name)
        headers = {"Host": caller.host, "Authorization": f"Bearer {caller.secret}"}
        with in_schema(PUBLIC), transaction.atomic():
            answer = client.generic(
                operation.method.upper(),
                path or operation.path.format_map(stage.parts_of(name)),
                raw,
                content_type="application/json",
                headers=headers,
                QUERY_STRING=query,
            )
            transaction.set_rollback(True)
        assert answer.status_code < 500, (name, raw[:200], query, answer.content)
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json"
            assert answer.json()["code"]
        return answer

    return go


def fields_of(name) -> dict[str, dict]:
    """The fields of a body; of all its forms when there are several."""
    api = OPERATIONS[name].api
    body = resolve(OPERATIONS[name].body, api)
    forms = [resolve(one, api) for one in body.get("anyOf", [body.get("items", body)])]
    return {field: schema for form in forms for field, schema in form["properties"].items()}


def fits(value, schema) -> bool:
    """Whether JSON's type of the value is one that the field takes."""
    names = {type(None): "null", bool: "boolean", int: "integer", str: "string", list: "array"}
    kinds = [one.get("type", []) for one in schema.get("anyOf", [schema])]
    kinds = [kind for each in kinds for kind in ([each] if isinstance(each, str) else each)]
    return not kinds or "$ref" in schema or names.get(type(value), "object") in kinds


@pytest.mark.parametrize("name", WITH_BODY)
def test_no_value_of_a_field_is_our_fault(stage, send, name) -> None:
    good = stage.body_of(name)

    def sent(value) -> bytes:
        """The good body, or its one row, with another value in the field."""
        if isinstance(good, list):
            return json.dumps([{**good[0], field: value}]).encode()
        return json.dumps({**good, field: value}).encode()

    for field, schema in fields_of(name).items():
        # Messages have a test of their own, for all fields in a few requests.
        for value in NAUGHTY if name != "messages.send" else ():
            send(name, sent(value))
        refused = NEVER + [value for value in OF_OTHER_TYPES if not fits(value, schema)]
        for value in refused:
            answer = send(name, sent(value))
            assert answer.status_code in {400, 404, 422}, (field, value, answer.content)


@pytest.mark.parametrize("name", WITH_BODY)
def test_what_is_no_body_is_refused(stage, send, name) -> None:
    good = json.dumps(stage.body_of(name) or {"overlap_hours": 1})
    doubled = good.replace("{", '{"x": 1, "x": 2, ', 1)
    for raw in (doubled, good[:-1], "nonsense", '{"x": NaN}', "[" * 100_000, '"\\ud800"'):
        assert send(name, raw.encode()).status_code == 400, raw[:50]
    assert send(name, b'{"x": "\xff"}').status_code == 400
    assert send(name, b'{"x": "' + b"x" * 20_000_000 + b'"}').status_code == 413
    for value in (None, 7, "x", [], [{}], {"not_a_field": 1}):
        assert send(name, json.dumps(value).encode()).status_code == 422, value


@pytest.mark.parametrize("name", WITH_PARTS)
def test_nothing_in_a_path_is_our_fault(stage, send, name) -> None:
    operation, body = OPERATIONS[name], json.dumps(stage.body_of(name)).encode()
    for part in operation.parts:
        for text in IN_A_PATH:
            path = operation.path.format_map({**stage.parts_of(name), part: text})
            assert send(name, body, path=path).status_code == 404, path


@pytest.mark.parametrize("name", READING)
def test_nothing_in_a_query_is_our_fault(send, name) -> None:
    for parameter in OPERATIONS[name].query:
        for text in IN_A_QUERY:
            send(name, query=f"{parameter}={quote(text)}")
        send(name, query=f"{parameter}=1&{parameter}=%ff")
    answer = send(name, query="fields=nothing_like_it")
    assert answer.status_code == 422 or answer.json()["data"] == []  # no row lacks it
