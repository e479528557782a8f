"""Webhooks by the API: the secret is told once, repeats are harmless, rights are asked for."""

import pytest
from standardwebhooks import Webhook

from kernel import keys
from kernel.models import IdempotencyKey
from tenants.organisations import services as organisations
from tenants.webhooks import signing
from tenants.webhooks.models import WebhookEndpoint

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/in"


@pytest.fixture
def api(acme, program):
    return program(acme)


def _secret(endpoint, sealed):
    return keys.unseal_record(bytes(sealed), context=signing.context(endpoint.public_id))


def test_a_webhook_from_its_first_day_to_its_last(api):
    made = api.post("webhooks", {"url": URL, "events": ["domain.verified"]})
    assert made.status_code == 201, made.content
    said = made.json()
    assert said["secret"].startswith("whsec_")
    path = f"webhooks/{said['id']}"
    endpoint = WebhookEndpoint.objects.get()
    assert signing.shown(_secret(endpoint, endpoint.secret)) == said["secret"]
    assert Webhook(said["secret"])
    assert said["secret"].encode() not in bytes(endpoint.secret)
    shown = api.get(path).json()
    assert "secret" not in shown
    assert (shown["url"], shown["events"], shown["is_enabled"]) == (URL, ["domain.verified"], True)
    assert [one["id"] for one in api.get("webhooks").json()["data"]] == [said["id"]]

    test = api.post(f"{path}/test")
    assert (test.status_code, test.json()["type"]) == (202, "webhook.test")
    assert test.json()["event"].startswith("evt_")
    (logged,) = api.get(f"{path}/deliveries", state="waiting").json()["data"]
    assert logged["id"] == test.json()["id"]
    assert api.post(f"{path}/deliveries/{logged['id']}/replay").status_code == 202
    assert api.get(f"{path}/deliveries", state="delivered").json()["data"] == []

    turned = api.post(f"{path}/rotate").json()
    endpoint.refresh_from_db()
    assert signing.shown(_secret(endpoint, endpoint.secret)) == turned["secret"] != said["secret"]
    assert signing.shown(_secret(endpoint, endpoint.previous_secret)) == said["secret"]
    assert turned["old_secret_until"] is not None

    changed = api.patch(path, {"events": ["invoice.issued"], "is_enabled": False})
    assert changed.json()["events"] == ["invoice.issued"]
    assert changed.json()["disabled_for"] == "owner"
    assert api.post(f"{path}/test").json()["code"] == "webhook.disabled"
    assert api.post(f"{path}/deliveries/{logged['id']}/replay").status_code == 409
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"url": "http://hooks.example.com/"}, "webhook.target_invalid", "/url"),
        ({"url": "https://10.0.0.1/"}, "webhook.target_invalid", "/url"),
        ({"url": "https://[::ffff:127.0.0.1]/"}, "webhook.target_invalid", "/url"),
        ({"url": URL, "events": ["domain.vanished"]}, "webhook.event_type_unknown", "/events"),
        ({"url": URL, "events": []}, "webhook.event_type_unknown", "/events"),
        ({"url": URL, "description": "x" * 101}, "invalid_input", "/description"),
        ({"url": "https://a\0b/"}, "invalid_input", "/url"),
    ],
)
def test_what_is_refused(api, settings, body, code, pointer):
    settings.ALLOW_PRIVATE_TARGETS = False
    answer = api.post("webhooks", body)
    assert answer.status_code == 422, answer.content
    assert answer.json()["code"] == code
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert not WebhookEndpoint.objects.exists()


def test_a_repeat_makes_no_second_one_and_is_not_told_the_secret(api):
    first = api.post("webhooks", {"url": URL}, Idempotency_Key="k1")
    again = api.post("webhooks", {"url": URL}, Idempotency_Key="k1")
    assert again.json() == {**first.json(), "secret": None}
    assert WebhookEndpoint.objects.count() == 1
    assert first.json()["secret"] not in str(IdempotencyKey.objects.get().body)
    assert "message.delivered" not in first.json()["events"], "loud ones only when asked for"


def test_there_is_an_end_to_how_many(api, monkeypatch):
    monkeypatch.setattr("tenants.webhooks.services.endpoints.MOST", 2)
    for _ in range(2):
        assert api.post("webhooks", {"url": URL}).status_code == 201
    assert api.post("webhooks", {"url": URL}).json()["code"] == "webhook.too_many"


def test_rights_are_asked_for(acme, program):
    made = program(acme, scopes=["webhooks.write", "webhooks.read"]).post("webhooks", {"url": URL})
    path = f"webhooks/{made.json()['id']}"
    reader = program(acme, scopes=["webhooks.read"])
    assert reader.get(path).status_code == 200
    assert reader.patch(path, {"is_enabled": False}).status_code == 403
    assert reader.delete(path).status_code == 403
    other = program(acme, scopes=["domains.read"])
    assert other.get(path).status_code == 403
    narrow = program(
        acme, scopes=organisations.API_SCOPES, organisation=acme.organisation.public_id
    )
    for answer in (narrow.get("webhooks"), narrow.get(path), narrow.post("webhooks", {"url": URL})):
        assert answer.status_code == 403
