"""GET /invoices: what was billed, down to the usage records."""

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from billing.invoicing import selectors
from billing.invoicing.models import Invoice, InvoiceLine
from billing.metering.access import authorise_costs
from billing.metering.api import decimal_text, organisation_output, record_output
from kernel import ids
from kernel.rest.paging import page
from kernel.rest.views import ApiView, actor_of


class InvoiceCollection(ApiView):
    """Every invoice, oldest first."""

    def get(self, request: Request) -> Response:
        """A page of invoices without their lines."""
        reseller_id = authorise_costs(actor_of(request), "invoices.read")
        return page(request, selectors.list_invoices(reseller_id=reseller_id), show=invoice_output)


class InvoiceDetail(ApiView):
    """One invoice."""

    def get(self, request: Request, invoice_id: str) -> Response:
        """The invoice with its lines."""
        detail = selectors.get_invoice(
            reseller_id=authorise_costs(actor_of(request), "invoices.read"),
            invoice_id=ids.from_public("inv", invoice_id),
        )
        lines = [line_output(line) for line in detail.lines]
        return Response({**invoice_output(detail.invoice), "lines": lines})


class LineRecordCollection(ApiView):
    """What a line is the sum of."""

    def get(self, request: Request, invoice_id: str, n: int) -> Response:
        """A page of usage records, oldest first."""
        line = selectors.get_line(
            reseller_id=authorise_costs(actor_of(request), "invoices.read"),
            invoice_id=ids.from_public("inv", invoice_id),
            n=n,
        )
        return page(request, selectors.list_line_records(line=line), show=record_output)


def invoice_output(invoice: Invoice) -> dict[str, object]:
    """An invoice's head as the API shows it; amounts in minor units (cents)."""
    return {
        "id": ids.to_public("inv", invoice.public_id),
        "number": invoice.number,
        "currency": invoice.currency,
        "total_minor": invoice.total_minor,
        "provider": invoice.provider,
        "period": {
            "starts_at": invoice.period.starts_at,
            "ends_at": invoice.period.ends_at,
        },
        "issued_at": invoice.issued_at,
    }


def line_output(line: InvoiceLine) -> dict[str, object]:
    """A line as the API shows it."""
    return {
        "n": line.n,
        "organisation": organisation_output(line.organisation_id),
        "meter": line.meter,
        "quantity": decimal_text(line.quantity),
        "unit_price_minor": decimal_text(line.unit_price_minor),
        "amount_minor": line.amount_minor,
    }


urlpatterns = [
    path("invoices", InvoiceCollection.as_view(), name="api-invoices"),
    path("invoices/<str:invoice_id>", InvoiceDetail.as_view(), name="api-invoice"),
    path(
        "invoices/<str:invoice_id>/lines/<int:n>/records",
        LineRecordCollection.as_view(),
        name="api-invoice-line-records",
    ),
]
