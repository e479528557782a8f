"""Invoices, opened down to the usage records behind each line."""

import re
from collections.abc import Iterable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from billing.invoicing import selectors
from controlplane.portal import guard
from controlplane.portal.paging import page_of
from mailcore.mailboxes.selectors import list_mailboxes
from tenants.organisations.selectors import list_organisations

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@require_safe
@guard.page("invoices.read")
def invoices(request: HttpRequest) -> HttpResponse:
    """Every invoice, newest first."""
    rows = selectors.list_invoices(reseller_id=guard.reseller_id(request))
    return render(request, "portal/invoices.html", {"page": page_of(request, rows)})


@require_safe
@guard.page("invoices.read")
def invoice(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """One invoice with its lines."""
    detail = selectors.get_invoice(reseller_id=guard.reseller_id(request), invoice_id=invoice_id)
    names = _organisation_names()
    lines = [(line, names.get(line.organisation_id, "")) for line in detail.lines]
    context = {"invoice": detail.invoice, "lines": lines}
    return render(request, "portal/invoice.html", context)


@require_safe
@guard.page("invoices.read")
def line(request: HttpRequest, invoice_id: UUID, n: int) -> HttpResponse:
    """One line with the usage records that it is the sum of."""
    found = selectors.get_line(reseller_id=guard.reseller_id(request), invoice_id=invoice_id, n=n)
    page = page_of(request, selectors.list_line_records(line=found))
    addresses = _addresses([record.subject for record in page])
    context = {
        "invoice": found.invoice,
        "line": found,
        "organisation": _organisation_names().get(found.organisation_id, ""),
        "page": page,
        "rows": [(record, addresses.get(record.subject, record.subject)) for record in page],
    }
    return render(request, "portal/invoice_line.html", context)


def _organisation_names() -> dict[UUID | None, str]:
    return {row.public_id: row.name for row in list_organisations()}


def _addresses(subjects: Iterable[str]) -> dict[str, str]:
    """Address of each mailbox that usage records name by its id; others stay as they are."""
    ids = {UUID(text) for text in subjects if _UUID.fullmatch(text)}
    rows = list_mailboxes().filter(public_id__in=ids)
    return {str(row.public_id): row.address for row in rows}
