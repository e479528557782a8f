"""Programs keep the list of addresses that get no mail."""

from datetime import timedelta

import pytest

from kernel import clock, ids
from kernel.tenancy import in_schema
from mailcore.delivery.suppression import selectors, services
from mailcore.delivery.suppression.entries import Entry, Reason, Scope
from tenants.organisations import selectors as holders
from tenants.organisations import services as organisations

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(acme, program):
    return program(acme)


def test_an_address_is_added_found_and_let_go(api, acme):
    until = (clock.now() + timedelta(days=9)).replace(microsecond=0)
    given = {"address": " Ann@Bücher.test", "note": "by phone", "until": until.isoformat()}
    added = api.post("suppressions", given)
    assert added.status_code == 201, added.content
    entry = added.json()
    assert entry["id"].startswith("sup_")
    assert (entry["address"], entry["stream"], entry["reason"], entry["note"]) == (
        "ann@xn--bcher-kva.test", None, "manual", "by phone",
    )  # fmt: skip
    assert entry["until"] == until.isoformat().replace("+00:00", "Z")
    again = api.post("suppressions", given)
    assert (again.status_code, again.json()["id"]) == (200, entry["id"])
    longer = api.post("suppressions", {"address": "ann@xn--bcher-kva.test"})
    assert (longer.status_code, longer.json()["until"]) == (201, None)
    assert (
        api.post("suppressions", {"address": "ann@bücher.test", "stream": "bulk"}).status_code
        == 201
    )
    assert len(api.get("suppressions", address="ANN@bücher.test").json()["data"]) == 2
    (one,) = api.get("suppressions", stream="bulk", reason="manual").json()["data"]
    assert one["stream"] == "bulk"
    assert api.get("suppressions", reason="complaint").json()["data"] == []
    assert api.delete(f"suppressions/{one['id']}").status_code == 204
    assert api.delete(f"suppressions/{one['id']}").status_code == 404
    assert len(selectors.list_suppressions()) == 1


def test_pages_go_from_the_newest_to_the_oldest(api, acme):
    services.import_suppressions(actor=acme.owner, lines=[f"a{n:03}@out.test" for n in range(250)])
    seen, cursor = [], {}
    while True:
        page = api.get("suppressions", limit="200", **cursor).json()
        seen += [one["address"] for one in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert len(seen) == 250
    assert len(set(seen)) == 250
    assert api.get("suppressions", cursor="sup_x").json()["code"] == "invalid_cursor"


def test_what_makes_no_entry_is_refused(api):
    for body, code, pointer in (
        ({"address": "nobody"}, "suppression.address_invalid", "/address"),
        ({"address": "a@out.test", "stream": "mailbox"}, "invalid_input", "/stream"),
        ({"address": "a@out.test", "until": "2020-01-01T00:00:00Z"}, "invalid_input", "/until"),
        ({"address": "a@out.test", "reason": "law"}, "invalid_input", "/reason"),
    ):
        answer = api.post("suppressions", body)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    for query in (
        {"address": "nobody"},
        {"stream": "mailbox"},
        {"reason": "whim"},
        {"address": "\0@x.test"},
    ):
        assert api.get("suppressions", **query).status_code == 422
    assert selectors.list_suppressions() == []


def test_only_whose_list_it_is_reads_and_changes_it(api, acme, globex, program):
    entry = api.post("suppressions", {"address": "ann@out.test"}).json()
    other = program(globex)
    assert other.get("suppressions").json()["data"] == []
    assert other.delete(f"suppressions/{entry['id']}").status_code == 404
    reader = program(acme, scopes=["suppressions.read"])
    assert len(reader.get("suppressions").json()["data"]) == 1
    bound = program(acme, organisation=acme.organisation.public_id)
    for key in (reader, bound):
        assert key.post("suppressions", {"address": "b@out.test"}).status_code == 403
        assert key.delete(f"suppressions/{entry['id']}").status_code == 403
    assert bound.get("suppressions").status_code == 403
    for key in holders.list_api_keys():
        organisations.revoke_api_key(actor=acme.owner, key_id=key.public_id)
    assert api.delete(f"suppressions/{entry['id']}").status_code == 401
    assert [one.address for one in selectors.list_suppressions()] == ["ann@out.test"]


def test_the_reason_that_mail_taught_is_shown(api, acme, globex):
    for cast, address in ((acme, "gone@out.test"), (globex, "theirs@out.test")):
        with in_schema(cast.reseller.schema_name):
            services.write([Entry(
                address=address, scope=Scope.RESELLER, reason=Reason.HARD_BOUNCE,
                reseller_id=cast.reseller.public_id, note="550 5.1.1 no such user",
                event_id=ids.uuid7(), until=clock.now() + timedelta(days=180),
            )])  # fmt: skip
    (entry,) = api.get("suppressions", reason="hard_bounce").json()["data"]
    assert (entry["address"], entry["note"]) == ("gone@out.test", "550 5.1.1 no such user")
