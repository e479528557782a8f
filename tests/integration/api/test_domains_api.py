"""An agency's program adds domains, reads what to publish, and is told plainly what is wrong."""

import pytest

from mailcore.checks.models import DomainSchedule
from mailcore.directory import services as directory
from tenants.plans.models import Counter


@pytest.fixture
def api(acme, program):
    return program(acme)


def new(acme, name="shop.test") -> dict[str, str]:
    return {"name": name, "organisation": acme.organisation.reference}


def test_a_domain_is_added_with_its_ownership_record(api, acme) -> None:
    answer = api.post("domains", new(acme, "Shöp.Test."))
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert body["id"].startswith("dom_")
    assert (body["name"], body["display_name"]) == ("xn--shp-tna.test", "shöp.test")
    assert body["state"] == "pending"
    assert body["ownership"]["name"] == "_mail-ownership.xn--shp-tna.test"
    assert api.get(f"domains/{body['id']}").json() == body
    assert Counter.objects.get(feature="domains").used == 1


def test_the_records_to_publish_are_listed_with_instructions(api, acme, settings) -> None:
    domain = api.post("domains", new(acme)).json()
    rows = api.get(f"domains/{domain['id']}/records").json()["data"]
    needed = [row["purpose"] for row in rows if row["need"] == "required"]
    # Two keys of each kind: the one that signs and the next one.
    assert list(dict.fromkeys(needed)) == [
        "ownership", "mx", "spf", "dkim-rsa", "dkim-ed25519", "dmarc",
    ]  # fmt: skip
    assert len(needed) == 8
    assert {row["need"] for row in rows} == {"required", "recommended", "optional"}
    mx = rows[1]
    assert (mx["name"], mx["value"], mx["priority"]) == ("shop.test", settings.MX_HOST, 10)
    assert all(row["instruction"] and row["verdict"] == "unchecked" for row in rows)


def test_a_check_is_accepted_and_due_at_once(api, acme) -> None:
    domain = api.post("domains", new(acme)).json()
    DomainSchedule.objects.update(watched_until=None)
    assert api.post(f"domains/{domain['id']}/check").status_code == 202
    assert DomainSchedule.objects.get().watched_until is not None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "invalid_input"),
        ("no dots please", "domain.invalid"),
        ("a..test", "domain.invalid"),
        ("192.0.2.7", "domain.invalid"),
        ("_dmarc.shop.test", "domain.invalid"),
        ("x" * 64 + ".test", "domain.invalid"),
        (".".join(["x" * 60] * 4), "domain.invalid"),
        ("xn--a.test", "domain.invalid"),
        ("test", "domain.public_suffix"),
        ("co.uk", "domain.public_suffix"),
        ("mail.localhost", "domain.reserved"),
        ("1.in-addr.arpa", "domain.reserved"),
        ("livery.test", "domain.reserved"),
        ("x.infra.test", "domain.reserved"),
        ("nul\0.test", "invalid_input"),
        (["shop.test"], "invalid_input"),
        (None, "invalid_input"),
    ],
)
def test_a_name_that_cannot_be_a_mail_domain_is_refused(api, acme, name, code) -> None:
    answer = api.post("domains", new(acme, name))
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("theirs", ["shop.test", "www.shop.test", "SHOP.test."])
def test_a_domain_of_another_reseller_is_refused_without_a_name(
    acme, globex, program, theirs
) -> None:
    assert program(acme).post("domains", new(acme)).status_code == 201
    directory.set_routed("shop.test", is_verified=True)
    answer = program(globex).post("domains", new(globex, theirs))
    assert (answer.status_code, answer.json()["code"]) == (409, "domain.taken")
    assert "acme" not in answer.content.decode().lower()


def test_the_parent_of_a_taken_domain_is_refused_too(acme, globex, program) -> None:
    program(acme).post("domains", new(acme, "mail.shop.test"))
    directory.set_routed("mail.shop.test", is_verified=True)
    answer = program(globex).post("domains", new(globex, "shop.test"))
    assert answer.json()["code"] == "domain.taken"


def test_a_plan_that_is_used_up_is_said_so(api, acme) -> None:
    Counter.objects.create(reseller_id=acme.reseller.public_id, feature="domains", used=1000)
    answer = api.post("domains", new(acme))
    assert (answer.status_code, answer.json()["code"]) == (403, "plan.limit_reached")
    assert api.get("domains").json()["data"] == []


def test_a_dns_update_key_is_taken_and_never_shown(api, acme) -> None:
    domain = api.post("domains", new(acme)).json()
    key = {"server": "127.0.0.9", "port": 53, "key_name": "k.", "secret": "c2VjcmV0c2VjcmV0"}
    answer = api.post(f"domains/{domain['id']}/dns-update", key)
    assert answer.status_code == 202, answer.content
    assert key["secret"] not in answer.content.decode()
    update = api.get(f"domains/{domain['id']}/records").json()["dns_update"]
    assert update["code"] == "waiting"


@pytest.mark.parametrize(
    ("field", "value"),
    [("port", 0), ("algorithm", "hmac-md5"), ("secret", "%%%"), ("server", "a b"), ("key", "x")],
)
def test_a_wrong_dns_update_key_is_refused_with_its_field(api, acme, field, value) -> None:
    domain = api.post("domains", new(acme)).json()
    key = {"server": "127.0.0.9", "key_name": "k", "secret": "c2VjcmV0c2VjcmV0", field: value}
    answer = api.post(f"domains/{domain['id']}/dns-update", key)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/{field}"


def test_pages_follow_each_other_without_gap_or_repeat(api, acme) -> None:
    made = [api.post("domains", new(acme, f"s{n}.test")).json()["id"] for n in range(5)]
    seen, cursor = [], None
    while True:
        answer = api.get("domains", limit="2", **({"cursor": cursor} if cursor else {})).json()
        seen += [row["id"] for row in answer["data"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert seen == made
    assert api.get("domains", cursor="x").json()["code"] == "invalid_cursor"
    assert api.get("domains", limit="0").status_code == 422


@pytest.mark.parametrize("limit", ["201", "0000019999999", "000200999999", "1" * 5000, "²", "-1"])
def test_no_spelling_of_a_limit_asks_for_more_than_a_page(api, acme, limit) -> None:
    answer = api.get("domains", limit=limit)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/limit"
