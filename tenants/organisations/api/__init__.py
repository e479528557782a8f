"""`/api/v1/organisations` and `/api/v1/me`."""

from tenants.organisations.api import me, organisations

urlpatterns = [*me.urlpatterns, *organisations.urlpatterns]
