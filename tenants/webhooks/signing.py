"""Signatures of the Standard Webhooks specification, version 1 (HMAC-SHA256)."""

import base64
import os
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from standardwebhooks import Webhook

from kernel import ids
from kernel.crypto import Secret

_BYTES = 32
_MARK = "whsec_"


def new_secret() -> bytes:
    """The raw bytes of a new secret; the specification asks for 24 to 64."""
    return os.urandom(_BYTES)


def shown(secret: bytes) -> Secret:
    """A secret as receivers' libraries take it: `whsec_…`."""
    return Secret(_MARK + base64.b64encode(secret).decode())


def context(endpoint_id: UUID) -> bytes:
    """What a sealed secret is bound to."""
    return b"webhook:" + endpoint_id.bytes


def headers(*, event_id: UUID, body: str, at: datetime, secrets: Sequence[bytes]) -> dict[str, str]:
    """The three headers; one signature for each secret, so that a rotation breaks nobody."""
    identifier = ids.to_public("evt", event_id)
    signatures = [Webhook(secret).sign(identifier, at, body) for secret in secrets]
    return {
        "webhook-id": identifier,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
