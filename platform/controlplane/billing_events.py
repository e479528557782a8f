"""What billing does with the other planes' events: unpack, then one call with primitives."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from billing.invoicing import services as invoicing
from billing.metering import services as metering
from billing.metering.models import Meter
from billing.pricing import services as pricing
from kernel.outbox import Envelope


def subscribe(event: Envelope) -> None:
    """`reseller.activated`: bill by the default price list from now on."""
    pricing.subscribe(reseller_id=event.reseller_id, at=event.occurred_at)


def count_new_mailbox(event: Envelope) -> None:
    """`mailbox.created` {mailbox_id, organisation_id, on}: its first day, from its first hour."""
    metering.record_mailbox_days(
        on=date.fromisoformat(str(event.data["on"])),
        mailbox_ids=[UUID(str(event.data["mailbox_id"]))],
        reseller_id=event.reseller_id,
        organisation_id=UUID(str(event.data["organisation_id"])),
        event_id=event.id,
        occurred_at=event.occurred_at,
    )


def count_mailbox_days(event: Envelope) -> None:
    """`mailbox.day` {organisation_id, on, mailboxes}: a day of every mailbox that stands."""
    mailboxes = event.data["mailboxes"]
    assert isinstance(mailboxes, list)
    metering.record_mailbox_days(
        on=date.fromisoformat(str(event.data["on"])),
        mailbox_ids=[UUID(str(mailbox)) for mailbox in mailboxes],
        reseller_id=event.reseller_id,
        organisation_id=UUID(str(event.data["organisation_id"])),
        event_id=event.id,
    )


def count_messages(event: Envelope) -> None:
    """`mail.counted` {organisation_id, from_domain, stream, hour, quantity, key}."""
    organisation = event.data.get("organisation_id")
    metering.record_usage(
        # The reseller in the key: the ledger's keys are unique over all of them.
        key=f"mail:{event.reseller_id}:{event.data['key']}",
        meter=Meter.MESSAGES_SENT,
        quantity=Decimal(str(event.data["quantity"])),
        occurred_at=_instant(str(event.data["hour"])),
        reseller_id=event.reseller_id,
        organisation_id=UUID(str(organisation)) if organisation else None,
        event_id=event.id,
        subject=str(event.data["from_domain"])[:80],
    )


def demand_payment(event: Envelope) -> None:
    """`invoice.issued` {invoice_id, …}: ask the invoice's provider to collect it."""
    invoicing.demand_payment(
        reseller_id=event.reseller_id, invoice_id=UUID(str(event.data["invoice_id"]))
    )


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
