"""`/api/v1/domains` and what is below one."""

from mailcore.domains.api import domains, records

urlpatterns = [*domains.urlpatterns, *records.urlpatterns]
