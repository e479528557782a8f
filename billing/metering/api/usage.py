"""What was used: this month so far."""

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from billing.metering.access import authorise_costs
from billing.metering.api.shapes import Usage, show_row
from billing.metering.selectors import list_month_so_far, month_start
from kernel import clock
from kernel.rest.openapi import operation
from kernel.rest.views import ApiView, actor_of


class UsageCollection(ApiView):
    """What was used since the month began, a row per meter."""

    @operation("usage.get", right="usage.read", answers={200: Usage})
    def get(self, request: Request) -> Response:
        """Show what was used since the month began, a row per meter."""
        reseller_id = authorise_costs(actor_of(request), "usage.read")
        now = clock.now()
        rows = list_month_so_far(reseller_id=reseller_id, now=now)
        shown: Usage = {
            "data": [show_row(row) for row in rows],
            "next_cursor": None,
            "from": month_start(now),
            "until": now,
        }
        return Response(shown)


urlpatterns = [path("usage", UsageCollection.as_view(), name="api-usage")]
