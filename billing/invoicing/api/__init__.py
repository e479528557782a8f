"""`/api/v1/invoices`."""

from billing.invoicing.api import invoices

urlpatterns = [*invoices.urlpatterns]
