"""Lists are narrowed, ordered and cut to fields; what is known is not sent again."""

import pytest

from tenants.organisations import services as organisations

NAMES = ("cherry", "Apple", "banana", "date", "elder")


@pytest.fixture
def api(acme, program):
    for name in NAMES:
        organisations.create_organisation(actor=acme.owner, name=name)
    return program(acme)


def names(answer):
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()["data"]]


def walk(api, **query):
    seen, cursor = [], {}
    while cursor is not None:
        answer = api.get("organisations", limit="2", **query, **cursor)
        seen += names(answer)
        following = answer.json()["next_cursor"]
        cursor = {"cursor": following} if following else None
    return seen


def test_every_order_is_walked_to_its_end(api):
    made = ["Acme Client", *NAMES]
    assert walk(api) == walk(api, sort="created_at") == made
    assert walk(api, sort="-created_at") == made[::-1]
    by_name = walk(api, sort="name")
    assert set(by_name) == set(made)
    assert walk(api, sort="-name") == by_name[::-1]


def test_equal_rows_are_neither_doubled_nor_lost(acme, api):
    for _ in range(3):
        organisations.create_organisation(actor=acme.owner, name="banana")
    assert walk(api, sort="name").count("banana") == 4
    assert walk(api, sort="-name").count("banana") == 4


def test_a_cursor_holds_only_in_its_own_order(api):
    by_name = api.get("organisations", limit="2", sort="name").json()["next_cursor"]
    plain = api.get("organisations", limit="2").json()["next_cursor"]
    for cursor, sort in [(by_name, "-name"), (by_name, "created_at"), (plain, "name")]:
        answer = api.get("organisations", cursor=cursor, sort=sort)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")
    bent = by_name[:-1] + ("a" if by_name[-1] != "a" else "b")
    assert api.get("organisations", cursor=bent, sort="name").status_code == 422


def test_filters_narrow_and_unknown_ones_are_refused(acme, api):
    assert names(api.get("organisations", name_contains="AN")) == ["banana"]
    assert names(api.get("organisations", name="apple")) == ["Apple"]
    assert names(api.get("organisations", created_after="2999-01-01T00:00:00Z")) == []
    assert api.get("domains", organisation=acme.organisation.reference).json()["data"] == []
    for path, query in [
        ("organisations", {"nme": "x"}), ("organisations", {"name": "a\0b"}),
        ("organisations", {"created_after": "yesterday"}), ("organisations", {"sort": "secret"}),
        ("domains", {"state": "happy"}), ("domains", {"organisation": "x"}),
        ("mailboxes", {"domain": "dom_x"}), ("suppressions", {"sort": "address"}),
    ]:  # fmt: skip
        answer = api.get(path, **query)
        assert answer.status_code == 422, (path, query)
        assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(query))}"


def test_fields_cut_rows_and_objects(acme, api):
    page = api.get("organisations", fields="name", limit="1").json()
    assert page["data"] == [{"name": "Acme Client"}]
    assert page["next_cursor"]
    one = f"organisations/{acme.organisation.reference}"
    assert set(api.get(one, fields="id,name").json()) == {"id", "name"}
    assert api.get("me", fields="key.name").json() == {"key": {"name": "tests"}}
    for wrong in ("secret_hash", "name.first", ""):
        answer = api.get(one, fields=wrong)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/fields")


def test_what_is_known_is_not_sent_again(acme, api):
    one = f"organisations/{acme.organisation.reference}"
    first = api.get(one)
    tag = first["ETag"]
    assert api.get(one, fields="name")["ETag"] == tag
    known = api.get(one, headers={"If-None-Match": f'"other", W/{tag}'})
    assert (known.status_code, known.content, known["ETag"]) == (304, b"", tag)
    type(acme.organisation).objects.filter(pk=acme.organisation.pk).update(name="Changed")
    changed = api.get(one, headers={"If-None-Match": tag})
    assert (changed.status_code, changed["ETag"] != tag) == (200, True)
    # A proxy that compressed says so in the tag.
    assert (
        api.get(one, headers={"If-None-Match": changed["ETag"][:-1] + '-gzip"'}).status_code == 304
    )
