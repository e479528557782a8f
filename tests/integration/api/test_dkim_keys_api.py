"""Keys over the API: seen with their records, rotated and withdrawn on demand."""

import pytest
from django.test import Client

from kernel import clock
from mailcore.domains import services
from mailcore.domains.models import DkimKey, Domain
from tenants.organisations import services as organisations

pytestmark = pytest.mark.django_db


class Api:
    """The keys of one verified domain, as a customer's program sees them."""

    def __init__(self, acme) -> None:
        self.domain = services.add_domain(
            actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
        )
        Domain.objects.update(state="verified")
        now = clock.now()
        DkimKey.objects.update(shown_at=now)
        signing = DkimKey.objects.filter(selector__in=("r1", "e1"))
        signing.update(state="active", signing_at=now)
        _, key = organisations.create_api_key(
            actor=acme.owner, name="robot", scopes=["domains.read", "domains.write"]
        )
        self._client = Client(headers={"host": acme.host, "authorization": f"Bearer {key}"})

    def __call__(self, method: str, below: str = "", *, status: int) -> dict[str, object]:
        path = f"/api/v1/domains/{self.domain.reference}/dkim-keys{below}"
        answer = getattr(self._client, method)(path)
        assert answer.status_code == status, answer.content
        return answer.json()


@pytest.fixture
def api(acme) -> Api:
    return Api(acme)


def states(shown: dict[str, object]) -> dict[str, str]:
    return {key["selector"]: key["state"] for key in shown["data"]}


def test_keys_are_shown_with_their_records_and_the_day_they_rotate(api) -> None:
    shown = api("get", status=200)
    assert states(shown) == {"e1": "active", "e2": "pending", "r1": "active", "r2": "pending"}
    first = shown["data"][0]
    assert first["record"]["name"] == "e1._domainkey.shop.test"
    assert first["record"]["value"].startswith("v=DKIM1; k=ed25519; p=")
    assert shown["rotation"]["due_at"] > shown["data"][0]["signing_since"]
    assert not shown["rotation"]["is_waiting"]


def test_a_rotation_is_taken_on_and_said_to_wait_for_dns(api) -> None:
    shown = api("post", "/rotate", status=202)
    assert shown["rotation"]["is_waiting"]
    assert shown["rotation"]["requested_at"]
    assert "look at DNS" in shown["rotation"]["instruction"]
    DkimKey.objects.filter(selector="r2").update(shown_at=None)
    assert "records of r2" in api("get", status=200)["rotation"]["instruction"]


def test_a_withdrawn_key_is_to_be_shown_empty_and_the_other_slot_signs(api) -> None:
    (key,) = [k for k in api("get", status=200)["data"] if k["selector"] == "r1"]
    shown = api("post", f"/{key['id']}/revoke", status=200)
    assert states(shown) == {"e1": "retiring", "e2": "active", "r1": "retired", "r2": "active"}
    (gone,) = [k for k in shown["data"] if k["selector"] == "r1"]
    assert gone["record"]["value"] == "v=DKIM1; k=rsa; p="
    assert gone["revoked_at"]


def test_keys_that_are_none_are_not_found(api) -> None:
    api("post", f"/{api.domain.reference}/revoke", status=404)
    api("post", "/dkm_00000000000000000000000000/revoke", status=404)


def test_before_the_domain_is_verified_nothing_is_rotated(api) -> None:
    Domain.objects.update(state="pending")
    assert api("post", "/rotate", status=409)["code"] == "domain.not_verified"
