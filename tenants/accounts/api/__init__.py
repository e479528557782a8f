"""`/api/v1/members`."""

from tenants.accounts.api import members

urlpatterns = members.urlpatterns
