"""Webhooks as a person sees them: made, tried, read about, switched off and removed."""

import re

import pytest

from tenants.webhooks.models import WebhookDelivery, WebhookEndpoint

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/mail?a=1"


@pytest.fixture(autouse=True)
def as_in_production(settings):
    settings.ALLOW_PRIVATE_TARGETS = False


def _text(answer):
    return answer.content.decode()


def test_a_webhook_by_hand(alice):
    assert "No webhooks yet" in _text(alice.get("/webhooks/"))
    refused = alice.post("/webhooks/add/", {"url": "http://x.example/", "events": ["domain.added"]})
    assert refused.status_code == 422
    assert "has to begin with https://" in _text(refused)
    assert alice.post("/webhooks/add/", {"url": URL}).status_code == 422, "no event was chosen"
    made = alice.post("/webhooks/add/", {"url": URL, "events": ["domain.added"]})
    secret = re.search(r"whsec_[\w+/=]+", _text(made))[0]
    endpoint = WebhookEndpoint.objects.get()
    path = f"/webhooks/{endpoint.reference}/"
    assert secret not in _text(alice.get(path)), "it is shown once"
    assert "hooks.example.com" in _text(alice.get("/webhooks/"))

    alice.post(f"{path}test/")
    page = _text(alice.get(path))
    assert "webhook.test" in page
    assert "Waiting" in page
    delivery = WebhookDelivery.objects.get()
    WebhookDelivery.objects.update(state="failed", last_error="answered 500")
    assert "answered 500" in _text(alice.get(path))
    alice.post(f"{path}deliveries/{delivery.reference}/replay/")
    assert WebhookDelivery.objects.get().state == "waiting"

    turned = re.search(r"whsec_[\w+/=]+", _text(alice.post(f"{path}rotate/")))[0]
    assert turned != secret
    alice.post(f"{path}switch/", {"to": "off"})
    assert "Switch on" in _text(alice.get(path))
    assert "switched off. Switch it on" in _text(alice.post(f"{path}test/", follow=True))
    alice.post(f"{path}remove/")
    assert alice.get(path).status_code == 404
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize(
    ("reason", "words"),
    [("gone", "gone for good"), ("failing", "for three days"), ("too_many", "too many waited")],
)
def test_why_it_is_off_is_said(alice, reason, words):
    alice.post("/webhooks/add/", {"url": URL, "events": ["domain.added"]})
    WebhookEndpoint.objects.update(is_enabled=False, disabled_for=reason)
    assert words in _text(alice.get(f"/webhooks/{WebhookEndpoint.objects.get().reference}/"))
