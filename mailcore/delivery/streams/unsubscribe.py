"""Unsubscribe links (RFC 8058): a sealed token, so that nobody makes or reads one.

The token holds all that is needed, so that a link works after the ledger has forgotten the mail.
"""

import base64
import binascii
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from kernel import clock, crypto, ids, keys
from kernel.errors import NotFound
from kernel.models import ResellerKey
from kernel.outbox import publish
from kernel.tenancy import current_reseller_id
from mailcore.delivery.statements import statement
from mailcore.delivery.suppression.entries import Entry, Reason, Scope, comparable
from mailcore.delivery.suppression.services import write

_TELL = statement("unsubscribed")
PATH = "/u/"
_PURPOSE = b"unsubscribe v2 "


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Who gets which stream of the reseller's mail; `sender`: the From domain, for people."""

    recipient_id: UUID
    stream: str
    sender: str
    address: str


def make_token(subscription: Subscription, *, reseller_id: UUID) -> str:
    """Text for a link, letters that need no escape; opens only for this reseller."""
    return seal(subscription, reseller_id=reseller_id, key=keys.current_key(reseller_id))


def seal(subscription: Subscription, *, reseller_id: UUID, key: tuple[UUID, bytes]) -> str:
    """The same with the reseller's current key at hand (its id, and 32 bytes)."""
    s = subscription
    plain = s.recipient_id.bytes + f"{s.stream} {s.sender} {s.address}".encode()
    sealed = crypto.seal(key_id=key[0], key=key[1], plain=plain, context=_context(reseller_id))
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def read_token(token: str) -> Subscription:
    """What a token of the current reseller says; raises NotFound for any other text."""
    try:
        sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        plain = keys.unseal_record(sealed, context=_context(current_reseller_id()))
        stream, sender, address = plain[16:].decode().split(" ", 2)
        comparable(address)  # what is no address was never delivered to
    except (binascii.Error, ValueError, crypto.DecryptionFailed, ResellerKey.DoesNotExist):
        raise NotFound from None
    recipient_id = UUID(bytes=plain[:16])
    return Subscription(recipient_id=recipient_id, stream=stream, sender=sender, address=address)


@transaction.atomic
def unsubscribe(token: str) -> Subscription:
    """Send this stream to the address no more; a second time changes nothing. Raises NotFound."""
    found = read_token(token)
    reseller_id = current_reseller_id()
    entry = Entry(
        address=comparable(found.address), scope=Scope.STREAM, reason=Reason.UNSUBSCRIBED,
        reseller_id=reseller_id, stream=found.stream, event_id=ids.uuid7(),
    )  # fmt: skip
    if write([entry]):
        with connection.cursor() as cursor:
            cursor.execute(
                _TELL,
                {
                    "event_id": entry.event_id,
                    "recipient_id": found.recipient_id,
                    "now": clock.now(),
                },
            )
        publish(
            "mail.unsubscribed",
            subject=str(found.recipient_id),
            data={"address": entry.address, "stream": found.stream},
        )
    return found


def _context(reseller_id: UUID) -> bytes:
    return _PURPOSE + reseller_id.bytes
