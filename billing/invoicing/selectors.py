"""Invoices, their lines, and the usage records behind a line."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from billing.invoicing.drafts import Usage
from billing.invoicing.models import BilledRecord, BillingPeriod, Invoice, InvoiceLine
from billing.metering.models import UsageRecord
from kernel import ids
from kernel.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDetail:
    """An invoice with its lines in order."""

    invoice: Invoice
    lines: tuple[InvoiceLine, ...]


def list_invoices(*, reseller_id: UUID) -> QuerySet[Invoice]:
    """A reseller's invoices, newest first."""
    return (
        Invoice.objects.filter(reseller_id=reseller_id)
        .select_related("period")
        .order_by("-issued_at", "-id")
    )


def get_invoice(*, reseller_id: UUID, invoice_id: UUID) -> InvoiceDetail:
    """One invoice with its lines; raises NotFound."""
    invoice = list_invoices(reseller_id=reseller_id).filter(public_id=invoice_id).first()
    if invoice is None:
        raise ids.missing("inv")
    return InvoiceDetail(invoice=invoice, lines=tuple(invoice.lines.order_by("n")))


def get_line(*, reseller_id: UUID, invoice_id: UUID, n: int) -> InvoiceLine:
    """The nth line of an invoice, counted from 1; raises NotFound."""
    line = (
        InvoiceLine.objects.select_related("invoice")
        .filter(reseller_id=reseller_id, invoice__public_id=invoice_id, n=n)
        .first()
    )
    if line is None:
        raise NotFound
    return line


def list_line_records(*, line: InvoiceLine) -> QuerySet[UsageRecord]:
    """The usage records that a line is the sum of, oldest first."""
    billed = BilledRecord.objects.filter(line=line).values("usage_id")
    return UsageRecord.objects.filter(reseller_id=line.reseller_id, public_id__in=billed).order_by(
        "occurred_at", "id"
    )


def find_last_period(*, reseller_id: UUID) -> BillingPeriod | None:
    """The period closed last, with its invoice."""
    return (
        BillingPeriod.objects.filter(reseller_id=reseller_id)
        .select_related("invoice")
        .order_by("-ends_at")
        .first()
    )


def find_invoice_until(*, reseller_id: UUID, until: datetime) -> Invoice | None:
    """The invoice whose period ends at exactly `until`."""
    return list_invoices(reseller_id=reseller_id).filter(period__ends_at=until).first()


def list_unbilled(*, reseller_id: UUID, before: datetime) -> list[Usage]:
    """Usage on no invoice yet, late records of earlier periods included."""
    # NOT EXISTS, not NOT IN: that one compares each record with every billed one once they are many.
    is_billed = BilledRecord.objects.filter(usage_id=OuterRef("public_id"))
    rows = (
        UsageRecord.objects.filter(~Exists(is_billed), reseller_id=reseller_id)
        .filter(occurred_at__lt=before)
        .order_by("occurred_at", "id")
        .values_list("public_id", "organisation_id", "meter", "quantity")
    )
    return [
        Usage(public_id=public_id, organisation_id=organisation_id, meter=meter, quantity=quantity)
        for public_id, organisation_id, meter, quantity in rows.iterator(chunk_size=5000)
    ]
