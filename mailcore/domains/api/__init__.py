"""`/api/v1/domains` and what is below one."""

from mailcore.domains.api import (
    alarms,
    dkim_keys,
    dns_credentials,
    dns_plans,
    dns_provider,
    domains,
    life,
    records,
)

urlpatterns = [
    *domains.urlpatterns,
    *life.urlpatterns,
    *records.urlpatterns,
    *alarms.urlpatterns,
    *dkim_keys.urlpatterns,
    *dns_credentials.urlpatterns,
    *dns_plans.urlpatterns,
    *dns_provider.urlpatterns,
]
