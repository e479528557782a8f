"""Signatures as receivers of Standard Webhooks check them."""

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from kernel import ids
from tenants.webhooks import signing

BODY = '{"type":"webhook.test","data":{"name":"Zoë"}}'


def _headers(*secrets, age=timedelta(0)):
    """Of a request that is this old: receivers compare the time with their own clock."""
    at = datetime.now(UTC) - age
    return signing.headers(event_id=ids.uuid7(), body=BODY, at=at, secrets=list(secrets))


def test_the_specifications_own_example(monkeypatch):
    """The vector that its reference libraries test with."""
    monkeypatch.setattr(ids, "to_public", lambda *_: "msg_p5jXN8AQM9LWM0D4loKWxJek")
    key = Webhook("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")._whsecret
    said = signing.headers(
        event_id=ids.uuid7(),
        body='{"test": 2432232314}',
        at=datetime.fromtimestamp(1614265330, UTC),
        secrets=[key],
    )
    assert said["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert said["webhook-timestamp"] == "1614265330"


def test_a_receiver_checks_with_the_secret_that_was_shown():
    secret = signing.new_secret()
    said = _headers(secret)
    assert Webhook(signing.shown(secret)).verify(BODY, said)["data"] == {"name": "Zoë"}
    for wrong in (BODY + " ", BODY.replace("test", "best")):
        with pytest.raises(WebhookVerificationError):
            Webhook(signing.shown(secret)).verify(wrong, said)


def test_while_a_secret_changes_both_are_good():
    old, new, other = (signing.new_secret() for _ in range(3))
    said = _headers(new, old)
    for secret in (old, new):
        Webhook(signing.shown(secret)).verify(BODY, said)
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.shown(other)).verify(BODY, said)


def test_an_old_request_is_not_good_for_ever():
    secret = signing.new_secret()
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.shown(secret)).verify(BODY, _headers(secret, age=timedelta(hours=1)))
