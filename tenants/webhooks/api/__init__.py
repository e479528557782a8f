"""`/api/v1/webhooks`."""

from tenants.webhooks.api import deliveries, webhooks

urlpatterns = [*webhooks.urlpatterns, *deliveries.urlpatterns]
