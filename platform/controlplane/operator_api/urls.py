"""Every path of the operator's `/api/v1`; each capability brings its own. No trailing slashes."""

from django.urls import URLPattern, URLResolver, re_path

from controlplane.api import audit
from controlplane.operator_api import holds, me, owner_invitations, resellers
from kernel.rest.views import NoSuchPath
from mailcore.delivery.egress import api as egress
from mailcore.delivery.operating import api as nodes
from tenants.plans import api as plans

urlpatterns: list[URLPattern | URLResolver] = [
    *me.urlpatterns,
    *resellers.urlpatterns,
    *owner_invitations.urlpatterns,
    *holds.urlpatterns,
    *plans.urlpatterns,
    *nodes.urlpatterns,
    *egress.urlpatterns,
    *audit.urlpatterns,
    re_path(r"", NoSuchPath.as_view(), name="operator-api-no-such-path"),
]
