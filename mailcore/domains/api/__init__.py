"""`/api/v1/domains` and what is below one."""

from mailcore.domains.api import alarms, dkim_keys, domains, life, records

urlpatterns = [
    *domains.urlpatterns,
    *life.urlpatterns,
    *records.urlpatterns,
    *alarms.urlpatterns,
    *dkim_keys.urlpatterns,
]
