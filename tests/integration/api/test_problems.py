"""Whatever goes wrong, a program gets a problem document with a stable code and a request id."""

import pytest

from mailcore.domains import selectors
from tenants.organisations import selectors as organisations
from tenants.organisations import services


@pytest.fixture
def api(acme, program):
    return program(acme)


def check(answer, status: int, code: str) -> dict[str, object]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == code
    assert {"type", "title", "status", "detail", "instance", "request_id"} <= set(body)
    assert body["request_id"] == answer["X-Request-Id"]
    return body


def test_an_unknown_path(api) -> None:
    check(api.get("nothing/here"), 404, "not_found")
    check(api.get("domains/"), 404, "not_found")


def test_an_unknown_object(api) -> None:
    check(api.get("domains/dom_00000000000000000000000000"), 404, "not_found")
    check(api.get("domains/whatever"), 404, "not_found")
    check(api.get("mailboxes/dom_00000000000000000000000000"), 404, "not_found")


def test_a_wrong_method(api) -> None:
    answer = api.client.delete("/api/v1/domains", headers=api.headers)
    check(answer, 405, "method_not_allowed")
    assert "POST" in answer["Allow"]


def test_a_body_that_is_no_json(api) -> None:
    send = {"content_type": "application/json", "headers": api.headers}
    for text in ("{", '{"a": NaN}', '{"name": "a", "name": "b"}', b"\xff", "[" * 100_000):
        check(api.client.post("/api/v1/domains", text, **send), 400, "malformed")


def test_a_body_of_the_wrong_shape(api) -> None:
    for body in ("[]", '"text"', "3", "null"):
        check(api.post("domains", body), 422, "invalid_input")


def test_another_media_type(api) -> None:
    answer = api.client.post("/api/v1/domains", {"name": "x"}, headers=api.headers)
    check(answer, 415, "unsupported_media_type")


def test_a_body_above_one_megabyte(api) -> None:
    check(api.post("organisations", {"name": "x" * 1_000_001}), 413, "body_too_large")


def test_a_field_that_we_do_not_know(api) -> None:
    body = check(api.post("organisations", {"nmae": "x"}), 422, "invalid_input")
    assert {error["pointer"] for error in body["errors"]} == {"/nmae"}


def test_no_key_and_a_wrong_key(api, acme) -> None:
    for header in ({}, {"Authorization": "Bearer lvk_0123456789_x"}, {"Authorization": "Bearer é"}):
        answer = api.client.get("/api/v1/me", headers={"Host": acme.host, **header})
        check(answer, 401, "not_authenticated")
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_key_is_dead_at_once(acme, program) -> None:
    api = program(acme)
    key_id = api.get("me").json()["key"]["id"]
    assert key_id.startswith("key_")
    key = organisations.list_api_keys().get()
    services.revoke_api_key(actor=acme.owner, key_id=key.public_id)
    check(api.get("me"), 401, "not_authenticated")


def test_a_key_without_the_scope(acme, program) -> None:
    reader = program(acme, scopes=["domains.read"])
    assert reader.get("domains").status_code == 200
    body = {"name": "shop.test", "organisation": acme.organisation.reference}
    check(reader.post("domains", body), 403, "not_allowed")
    check(reader.get("mailboxes"), 403, "not_allowed")


def test_our_own_failure_is_a_problem_too(api, monkeypatch) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("the secret reason")

    monkeypatch.setattr(selectors, "list_domains", fail)
    body = check(api.get("domains"), 500, "internal_error")
    assert "secret" not in str(body)


def test_a_sentence_says_what_to_do(api, acme) -> None:
    """A programmer who reads it knows what to send next, and where."""
    bare = api.client.get("/api/v1/me", headers={"Host": acme.host})
    assert "Authorization: Bearer" in check(bare, 401, "not_authenticated")["detail"]
    put = api.client.put("/api/v1/domains", headers=api.headers)
    assert "but GET, POST" in check(put, 405, "method_not_allowed")["detail"]
    other = api.client.get("/api/v1/me", headers={**api.headers, "Accept": "application/xml"})
    assert "application/json" in check(other, 406, "not_acceptable")["detail"]
    form = api.client.post("/api/v1/domains/bulk", {"name": "x"}, headers=api.headers)
    said = check(form, 415, "unsupported_media_type")["detail"]
    assert "application/json or text/csv" in said
    said = check(api.get("domains?stat=pending"), 422, "invalid_input")["detail"]
    assert "name_contains" in said
    assert "sort" in said
    check(api.get("domains?cursor=7"), 422, "invalid_cursor")
    assert "id,name" in check(api.get("domains?fields=id,"), 422, "invalid_input")["detail"]
    (fault,) = check(api.post("organisations", {"nmae": "x"}), 422, "invalid_input")["errors"]
    assert fault["detail"] == "This field is not known; there are: name, contact_email."
    (fault,) = check(
        api.post("members", {"email": "a@b.test", "role": "king"}), 422, "invalid_input"
    )["errors"]
    assert "read_only" in fault["detail"]
    (fault,) = check(api.get("events?after=7"), 422, "invalid_cursor")["errors"]
    assert fault["pointer"] == "/after"
    hook = {"url": "https://hooks.example.com/", "events": ["domain.vanished"]}
    assert (
        "domain.vanished"
        in check(api.post("webhooks", hook), 422, "webhook.event_type_unknown")["detail"]
    )
    (fault,) = check(api.post("organisations", ["x"]), 422, "invalid_input")["errors"]
    assert fault["pointer"] == ""
    assert "object" in fault["detail"]


def test_what_is_not_there_is_named(api) -> None:
    none = "organisation with this id"
    assert none in check(api.get("organisations/org_7"), 404, "not_found")["detail"]
    for given in ("org_7", "hello", "org_00000000000000000000000000"):
        body = check(
            api.post("domains", {"name": "a.test", "organisation": given}), 404, "not_found"
        )
        assert none in body["detail"]
        assert [fault["pointer"] for fault in body["errors"]] == ["/organisation"]
    named = api.patch("organisations/org_00000000000000000000000000", {"name": "org_7"})
    assert "errors" not in check(named, 404, "not_found"), "the path named it, not the body"


def test_a_table_of_an_office_program_is_told_how_to_be_saved(api) -> None:
    """Spreadsheets save CSV in an older encoding unless they are asked for another."""
    table = "address;display_name\nann@a.test;Ann\nju@a.test;J\u00fcrgen\n".encode("cp1252")
    send = {"content_type": "text/csv", "headers": api.headers}
    said = check(api.client.post("/api/v1/mailboxes/bulk", table, **send), 400, "malformed")[
        "detail"
    ]
    assert "line 3 is not in UTF-8" in said
    wrong = api.client.post("/api/v1/mailboxes/bulk", "mail;invite\na@b.test;x@y.test\n", **send)
    (fault, *_) = check(wrong, 422, "rows_invalid")["errors"]
    assert "there are: address, password, invite, display_name" in fault["detail"]
