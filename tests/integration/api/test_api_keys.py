"""Keys: bounded, rotated, revoked; none gives more than it has."""

from datetime import timedelta

import pytest

from controlplane.portal.key_form import RIGHTS
from kernel import clock
from mailcore.directory import services as directory
from mailcore.domains import services as domains
from mailcore.domains.models import DnsCredential, Domain
from mailcore.mailboxes import services as mailboxes
from tenants.organisations import services
from tenants.organisations.models import ApiKey
from tenants.organisations.services import keys

EVERYTHING = services.ALL_SCOPES


def test_a_key_gives_no_domain_away_unless_it_was_told_to(acme) -> None:
    key, _ = services.create_api_key(actor=acme.owner, name="plain")
    assert "domains.hand_over" not in key.scopes
    with_it = [name for name, rights in RIGHTS.items() if "domains.hand_over" in rights]
    assert with_it == ["hand_over"]


@pytest.fixture
def api(acme, program):
    return program(acme, scopes=EVERYTHING, networks=["127.0.0.0/8", "192.0.2.0/24"])


def made(api, **body):
    body = {"name": "made", "scopes": ["domains.read"], **body}
    return api.post("api-keys", body)


def holder(api, acme, answer):
    return type(api)(acme.host, answer.json()["secret"])


def test_a_key_is_told_once_and_listed_to_its_maker(acme, program, api) -> None:
    answer = made(api, networks=["192.0.2.7", "127.0.0.1"], expires_at="2999-01-01T00:00:00Z")
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["secret"].startswith(told["begins_with"])
    listed = api.get("api-keys").json()["data"]
    assert [one["name"] for one in listed] == ["tests", "made"]
    assert "secret" not in listed[1]
    assert listed[1]["made_by"] == listed[0]["id"]
    assert listed[1]["networks"] == ["192.0.2.7/32", "127.0.0.1/32"]
    assert listed[0]["last_used_from"] == "127.0.0.1"
    # Another whole key of the same reseller has nothing to do with it.
    other = program(acme, scopes=EVERYTHING)
    assert len(other.get("api-keys").json()["data"]) == 1
    path = f"api-keys/{told['id']}"
    for answer in (other.get(path), other.post(f"{path}/rotate"), other.post(f"{path}/revoke")):
        assert answer.status_code == 404
    assert program(acme).get("api-keys").status_code == 403


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"scopes": ["api_keys.write"]}, 403, "api_key.beyond_maker", "scopes"),
        ({"scopes": ["brand.write"]}, 422, "invalid_input", "scopes/0"),
        ({"scopes": []}, 422, "invalid_input", "scopes"),
        ({"networks": ["198.51.100.0/24"]}, 403, "api_key.beyond_maker", "networks"),
        ({"networks": ["0.0.0.0/0"]}, 403, "api_key.beyond_maker", "networks"),
        ({"networks": ["192.0.2.1/24"]}, 422, "api_key.network_invalid", "networks"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 422, "invalid_input", "expires_at"),
        ({"domain": "dom_01k8z1c3e5g7j9m1p3r5t7w9y1"}, 404, "not_found", "domain"),
        ({"organisation": "org_01k8z1c3e5g7j9m1p3r5t7w9y1"}, 404, "not_found", "organisation"),
    ],
)
def test_what_a_key_cannot_give(api, body, status, code, field) -> None:
    answer = made(api, **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert answer.json()["errors"][0]["pointer"].startswith(f"/{field}")
    assert ApiKey.objects.count() == 1


def test_a_made_key_has_its_makers_bounds(acme, program) -> None:
    end = clock.now() + timedelta(days=3)
    other = services.create_organisation(actor=acme.owner, name="Other")
    bound = program(
        acme,
        scopes=["api_keys.write", "domains.read"],
        organisation=acme.organisation.public_id,
        expires_at=end,
        networks=["127.0.0.1"],
    )
    told = made(bound).json()
    assert told["organisation"] == acme.organisation.reference
    assert (told["networks"], told["expires_at"] is not None) == (["127.0.0.1/32"], True)
    assert made(bound, organisation=other.reference).status_code in {403, 404}
    assert made(bound, expires_at="2999-01-01T00:00:00Z").status_code == 403
    assert made(bound, scopes=["domains.write"]).json()["code"] == "api_key.beyond_maker"


def test_both_secrets_are_good_for_a_while(acme, api) -> None:
    told = made(api)
    old = holder(api, acme, told)
    answer = api.post(f"api-keys/{told.json()['id']}/rotate", {"overlap_hours": 2})
    assert answer.status_code == 200, answer.content
    new = holder(api, acme, answer)
    assert (old.get("me").status_code, new.get("me").status_code) == (200, 200)
    with clock.at(clock.now() + timedelta(hours=2, seconds=1)):
        assert (old.get("me").status_code, new.get("me").status_code) == (401, 200)
    gone = api.post(f"api-keys/{told.json()['id']}/rotate", {"overlap_hours": 0})
    assert (new.get("me").status_code, holder(api, acme, gone).get("me").status_code) == (401, 200)


def test_a_replaced_secret_makes_rotates_and_revokes_nothing(acme, api) -> None:
    own, child = api.get("me").json()["key"]["id"], made(api).json()["id"]
    new = holder(api, acme, api.post(f"api-keys/{own}/rotate"))
    for answer in (
        made(api),
        *[api.post(f"api-keys/{key}/rotate", {"overlap_hours": 0}) for key in (own, child)],
        *[api.post(f"api-keys/{key}/revoke") for key in (own, child)],
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "api_key.old_secret")
    assert api.get("me").status_code == 200, "for everything else it is good until the overlap ends"
    assert made(new).status_code == 201
    assert new.post(f"api-keys/{own}/rotate", {"overlap_hours": 0}).status_code == 200


def test_a_key_makes_only_so_many(api, monkeypatch) -> None:
    monkeypatch.setattr(keys, "MOST_MADE", 2)
    made(api, expires_at=(clock.now() + timedelta(hours=1)).isoformat())
    first = made(api).json()["id"]
    refused = made(api)
    assert (refused.status_code, refused.json()["code"]) == (409, "api_key.too_many")
    api.post(f"api-keys/{first}/revoke")
    assert [made(api).status_code for _ in range(2)] == [201, 409]
    with clock.at(clock.now() + timedelta(hours=2)):
        assert made(api).status_code == 201


def test_a_revoked_key_is_dead_at_once_and_takes_its_own_along(acme, program, api) -> None:
    told = made(api)
    child = holder(api, acme, told)
    assert child.get("me").status_code == 200
    own = api.get("me").json()["key"]["id"]
    assert api.post(f"api-keys/{own}/revoke").status_code == 200
    assert (api.get("me").status_code, child.get("me").status_code) == (401, 401)


def test_a_key_is_good_only_from_its_addresses(acme, program) -> None:
    api = program(acme, networks=["192.0.2.0/24", "2001:db8::/32"])
    refused = api.get("me")
    assert (refused.status_code, refused.json()["code"]) == (403, "api_key.wrong_address")
    assert ApiKey.objects.get().last_used_at is None
    for said, status in [
        ("192.0.2.9", 200), ("2001:db8::7", 200), ("::ffff:192.0.2.9", 200), ("198.51.100.1", 403),
        # Only what our own proxies appended counts.
        ("192.0.2.9, 198.51.100.1", 403), ("198.51.100.1, 192.0.2.9, 127.0.0.5", 200),
        ("nonsense", 403), ("192.0.2.9, nonsense", 403),
    ]:  # fmt: skip
        assert api.get("me", headers={"X-Forwarded-For": said}).status_code == status, said
    assert ApiKey.objects.get().last_used_from == "192.0.2.9"


def test_who_comes_without_a_proxy_cannot_claim_an_address(acme, program, settings) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    api = program(acme, networks=["192.0.2.0/24"])
    assert api.get("me", headers={"X-Forwarded-For": "192.0.2.9"}).status_code == 403


@pytest.fixture
def shops(acme):
    """Two domains of one organisation, each with a mailbox."""
    found = []
    for name in ("one.test", "two.test"):
        domain = domains.add_domain(
            actor=acme.owner, organisation_id=acme.organisation.public_id, name=name
        )
        Domain.objects.filter(pk=domain.pk).update(state="verified")
        directory.set_routed(name, is_verified=True)
        mailbox = mailboxes.create_mailbox(
            actor=acme.owner, domain_id=domain.public_id, local_part="anna",
            password="a-long-enough-pass",
        )  # fmt: skip
        found.append((domain, mailbox))
    return found


def test_a_key_of_one_domain_sees_nothing_else(acme, api, shops) -> None:
    (own, mine), (other, theirs) = shops
    answer = made(api, scopes=sorted(services.API_SCOPES), domain=own.reference)
    assert answer.json()["organisation"] == acme.organisation.reference
    key = holder(api, acme, answer)
    assert key.get("me").json()["domain"] == own.reference
    assert [one["name"] for one in key.get("domains").json()["data"]] == ["one.test"]
    assert [one["id"] for one in key.get("mailboxes").json()["data"]] == [mine.reference]
    for path in ("domains/{}", "domains/{}/records"):
        assert key.get(path.format(own.reference)).status_code == 200
        assert key.get(path.format(other.reference)).status_code == 404
    assert key.get(f"mailboxes/{mine.reference}").status_code == 200
    assert key.get(f"mailboxes/{theirs.reference}").status_code == 404
    assert key.post(f"mailboxes/{theirs.reference}/suspend").status_code == 404
    assert key.post(f"domains/{other.reference}/check").status_code == 404
    new = {"local_part": "ben", "password": "a-long-enough-pass"}
    assert key.post("mailboxes", {**new, "domain": other.reference}).status_code == 404
    assert key.post("mailboxes", {**new, "domain": own.reference}).status_code == 201
    assert key.get("mailboxes", domain=other.reference).json()["data"] == []


def test_a_key_of_one_domain_sends_from_it_and_follows_only_its_mail(acme, api, shops) -> None:
    (own, _), (_, _) = shops
    key = holder(api, acme, made(api, scopes=["messages.send", "messages.read"], domain=own.reference))  # fmt: skip
    mail = {"to": ["ben@out.test"], "text": "Hello"}
    sent = key.post("messages", {**mail, "from": "anna@one.test"})
    assert sent.status_code == 202
    refused = key.post("messages", {**mail, "from": "anna@two.test"})
    assert refused.json()["code"] == "message.sender_refused"
    strange = api.post("messages", {**mail, "from": "anna@two.test"})
    for answer, status in [(sent, 200), (strange, 404)]:
        message = answer.json()["data"][0]["recipients"][0]["id"]
        assert key.get(f"messages/{message}").status_code == status


def test_a_key_of_one_domain_leaves_its_organisations_ways_to_write_dns_alone(
    acme, api, shops
) -> None:
    (own, _), (other, _) = shops
    key = holder(api, acme, made(api, scopes=["domains.write"], domain=own.reference))
    way = {"server": "127.0.0.9", "key_name": "k", "secret": "c2VjcmV0c2VjcmV0"}
    assert api.post(f"domains/{other.reference}/dns-update", way).status_code == 202
    kept = DnsCredential.objects.values_list("pk", "sealed_secret")
    before = [(pk, bytes(sealed)) for pk, sealed in kept.all()]
    for strange in ({**way, "secret": "b3RoZXJzZWNyZXQ="}, {**way, "key_name": "mine"}):
        answer = key.post(f"domains/{own.reference}/dns-update", strange)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    # Who has the secret itself may use what is there.
    assert key.post(f"domains/{own.reference}/dns-update", way).status_code == 202
    assert [(pk, bytes(sealed)) for pk, sealed in kept.all()] == before


def test_what_is_not_of_one_domain_is_closed_to_its_key(acme, api, shops) -> None:
    (own, _), _ = shops
    key = holder(api, acme, made(api, scopes=sorted(services.API_SCOPES), domain=own.reference))
    organisation = acme.organisation.reference
    for path in ("organisations", f"organisations/{organisation}", "usage", "invoices", "webhooks",
                 "suppressions"):  # fmt: skip
        assert key.get(path).status_code == 403, path
    assert key.post("domains", {"name": "x.test", "organisation": organisation}).status_code == 403
    assert key.get("me").status_code == 200
