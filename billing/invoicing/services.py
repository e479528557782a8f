"""Close billing periods: what was used becomes an invoice, once."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from billing.invoicing import selectors
from billing.invoicing.adapters import PROVIDERS
from billing.invoicing.drafts import DraftLine, draft_lines
from billing.invoicing.errors import NothingToBill
from billing.invoicing.models import BillingPeriod, Invoice, InvoiceLine
from billing.invoicing.ports import Demand
from billing.metering.selectors import month_start
from billing.pricing.errors import NotSubscribed
from billing.pricing.models import Subscription
from billing.pricing.selectors import rates_of
from kernel import clock, ids
from kernel.actor import SYSTEM, Actor, authorise
from kernel.errors import InvalidInput
from kernel.outbox import audit, publish

#: The last hours of a month are counted a little after they are over.
GRACE = timedelta(hours=6)


@transaction.atomic
def close_period(*, actor: Actor, reseller_id: UUID, until: datetime | None = None) -> Invoice:
    """Bill everything unbilled that occurred before `until` (default: now).

    The period runs from the end of the last one, or the subscription's start. The same `until`
    again, or a time with nothing new in it, gives the invoice that stands. Runs as the operator,
    or as the worker in the reseller's schema. Raises NotSubscribed, NothingToBill, PriceMissing,
    InvalidInput (a time to come) and NotAllowed.
    """
    authorise(actor, "periods.close")
    now = clock.now()
    until = until or now
    if until > now:
        raise InvalidInput("A period cannot end in the future.", field="until")
    subscription = _lock_subscription(reseller_id)
    standing = selectors.find_invoice_until(reseller_id=reseller_id, until=until)
    if standing is not None:
        return standing
    last = selectors.find_last_period(reseller_id=reseller_id)
    starts_at = last.ends_at if last else subscription.started_at
    usage = selectors.list_unbilled(reseller_id=reseller_id, before=until)
    if not usage or until <= starts_at:
        if last is None:
            raise NothingToBill
        return last.invoice
    lines = draft_lines(usage, rates=rates_of(subscription.price_list))
    period = BillingPeriod.objects.create(
        reseller_id=reseller_id, starts_at=starts_at, ends_at=until, closed_at=now
    )
    invoice = _issue(period=period, currency=subscription.price_list.currency, lines=lines)
    _tell(actor=actor, invoice=invoice)
    return invoice


def close_last_month(*, reseller_id: UUID) -> Invoice | None:
    """Bill up to the beginning of this month; None while there is nothing to bill."""
    until = month_start(clock.now() - GRACE)
    try:
        return close_period(actor=SYSTEM, reseller_id=reseller_id, until=until)
    except (NothingToBill, NotSubscribed):
        return None


def demand_payment(*, reseller_id: UUID, invoice_id: UUID) -> None:
    """Ask the invoice's provider to collect it; safe to repeat. Raises NotFound."""
    invoice = selectors.get_invoice(reseller_id=reseller_id, invoice_id=invoice_id).invoice
    reference = PROVIDERS[invoice.provider].demand(
        Demand(
            invoice_id=invoice.public_id,
            number=invoice.number,
            reseller_id=reseller_id,
            currency=invoice.currency,
            total_minor=invoice.total_minor,
        )
    )
    audit(
        "invoice.demanded",
        subject=ids.to_public("inv", invoice.public_id),
        actor=SYSTEM,
        data={"provider": invoice.provider, "reference": reference},
        reseller_id=reseller_id,
    )


def _lock_subscription(reseller_id: UUID) -> Subscription:
    """One closer per reseller at a time; the second sees what the first has done."""
    subscription = (
        Subscription.objects.select_for_update(of=("self",))
        .select_related("price_list")
        .filter(reseller_id=reseller_id)
        .first()
    )
    if subscription is None:
        raise NotSubscribed
    return subscription


def _issue(*, period: BillingPeriod, currency: str, lines: list[DraftLine]) -> Invoice:
    now = clock.now()
    invoice = Invoice.objects.create(
        number=_next_number(reseller_id=period.reseller_id, year=now.year),
        reseller_id=period.reseller_id,
        period=period,
        currency=currency,
        total_minor=sum(line.amount_minor for line in lines),
        issued_at=now,
    )
    for draft in lines:
        line = InvoiceLine.objects.create(
            invoice=invoice,
            reseller_id=period.reseller_id,
            n=draft.n,
            organisation_id=draft.organisation_id,
            meter=draft.meter,
            quantity=draft.quantity,
            unit_price_minor=draft.unit_price_minor,
            amount_minor=draft.amount_minor,
        )
        _mark_billed(line=line, usage_ids=draft.usage_ids)
    return invoice


def _mark_billed(*, line: InvoiceLine, usage_ids: tuple[UUID, ...]) -> None:
    # One statement per line: a month of a large organisation is some 100,000 records.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.billed_record (line_id, reseller_id, usage_id)"
            " SELECT %s, %s, unnest(%s::uuid[])",
            [line.pk, line.reseller_id, list(usage_ids)],
        )


def _next_number(*, reseller_id: UUID, year: int) -> str:
    """`2026-<reseller>-0001`: per reseller and year without gaps, unique over all resellers.

    Counting is enough: the subscription is locked, and nobody may delete an invoice.
    """
    # The last 50 random bits of the id: unlike a slug they never change hands.
    prefix = f"{year}-{ids.to_public('', reseller_id)[-10:]}-"
    issued = Invoice.objects.filter(reseller_id=reseller_id, number__startswith=prefix).count()
    return f"{prefix}{issued + 1:04d}"


def _tell(*, actor: Actor, invoice: Invoice) -> None:
    subject = ids.to_public("inv", invoice.public_id)
    data: dict[str, object] = {
        "invoice_id": str(invoice.public_id),
        "number": invoice.number,
        "currency": invoice.currency,
        "total_minor": invoice.total_minor,
    }
    publish(
        "invoice.issued", subject=subject, data=data, actor=actor, reseller_id=invoice.reseller_id
    )
    audit("period.closed", subject=subject, actor=actor, data=data, reseller_id=invoice.reseller_id)
