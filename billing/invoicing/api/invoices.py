"""What was billed, down to the usage records."""

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from billing.invoicing import selectors
from billing.invoicing.api.shapes import InvoiceShown, WholeInvoice, show, show_line
from billing.metering.access import authorise_costs
from billing.metering.api.shapes import RecordShown, show_record
from kernel import ids
from kernel.rest.openapi import Page, operation
from kernel.rest.paging import page
from kernel.rest.views import ApiView, actor_of


class InvoiceCollection(ApiView):
    """Every invoice, oldest first."""

    @operation("invoices.list", right="invoices.read", answers={200: Page[InvoiceShown]})
    def get(self, request: Request) -> Response:
        """List the invoices, oldest first, without their lines."""
        reseller_id = authorise_costs(actor_of(request), "invoices.read")
        return page(request, selectors.list_invoices(reseller_id=reseller_id), show=show)


class InvoiceDetail(ApiView):
    """One invoice."""

    @operation("invoices.get", right="invoices.read", answers={200: WholeInvoice})
    def get(self, request: Request, invoice_id: str) -> Response:
        """Read an invoice with its lines."""
        detail = selectors.get_invoice(
            reseller_id=authorise_costs(actor_of(request), "invoices.read"),
            invoice_id=ids.from_public("inv", invoice_id),
        )
        lines = [show_line(line) for line in detail.lines]
        shown: WholeInvoice = {**show(detail.invoice), "lines": lines}
        return Response(shown)


class LineRecordCollection(ApiView):
    """What a line is the sum of."""

    @operation("invoices.records", right="invoices.read", answers={200: Page[RecordShown]})
    def get(self, request: Request, invoice_id: str, n: int) -> Response:
        """List the usage records behind a line, oldest first."""
        line = selectors.get_line(
            reseller_id=authorise_costs(actor_of(request), "invoices.read"),
            invoice_id=ids.from_public("inv", invoice_id),
            n=n,
        )
        return page(request, selectors.list_line_records(line=line), show=show_record)


urlpatterns = [
    path("invoices", InvoiceCollection.as_view(), name="api-invoices"),
    path("invoices/<str:invoice_id>", InvoiceDetail.as_view(), name="api-invoice"),
    path(
        "invoices/<str:invoice_id>/lines/<int:n>/records",
        LineRecordCollection.as_view(),
        name="api-invoice-line-records",
    ),
]
