"""`/api/v1/usage`."""

from billing.metering.api import usage

urlpatterns = [*usage.urlpatterns]
