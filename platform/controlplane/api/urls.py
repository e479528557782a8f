"""Every path of `/api/v1`; each capability brings its own. No trailing slashes."""

from django.urls import URLPattern, URLResolver, re_path

from billing.invoicing import api as invoicing
from billing.metering import api as metering
from controlplane.api import api_keys, audit, bulk, events
from kernel.rest.views import NoSuchPath
from mailcore.delivery.sending import api as sending
from mailcore.delivery.streams import api as streams
from mailcore.delivery.suppression import api as suppression
from mailcore.domains import api as domains
from mailcore.feedback import api as feedback
from mailcore.handover import api as handover
from mailcore.holds import api as holds
from mailcore.mailboxes import api as mailboxes
from tenants.accounts import api as accounts
from tenants.jobs import api as jobs
from tenants.organisations import api as organisations
from tenants.resellers import api as resellers
from tenants.webhooks import api as webhooks

urlpatterns: list[URLPattern | URLResolver] = [
    *organisations.urlpatterns,
    *accounts.urlpatterns,
    *api_keys.urlpatterns,
    *bulk.urlpatterns,  # before `domains/<domain_id>`
    *jobs.urlpatterns,
    *domains.urlpatterns,
    *feedback.urlpatterns,
    *handover.urlpatterns,
    *holds.urlpatterns,
    *mailboxes.urlpatterns,
    *sending.urlpatterns,
    *suppression.urlpatterns,
    *streams.urlpatterns,
    *metering.urlpatterns,
    *invoicing.urlpatterns,
    *resellers.urlpatterns,
    *webhooks.urlpatterns,
    *events.urlpatterns,
    *audit.urlpatterns,
    re_path(r"", NoSuchPath.as_view(), name="api-no-such-path"),
]
