"""`/api/v1/domains` and what is below one."""

from mailcore.domains.api import domains, life, records

urlpatterns = [*domains.urlpatterns, *life.urlpatterns, *records.urlpatterns]
