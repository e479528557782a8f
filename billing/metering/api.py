"""GET /usage: this month so far."""

from decimal import Decimal
from uuid import UUID

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from billing.metering.access import authorise_costs
from billing.metering.models import UsageRecord
from billing.metering.selectors import UsageRow, list_month_so_far, month_start
from kernel import clock, ids
from kernel.rest.views import ApiView, actor_of


class UsageCollection(ApiView):
    """What was used since the month began, a row per meter."""

    def get(self, request: Request) -> Response:
        """Quantities are exact decimals as text, amounts whole cents."""
        reseller_id = authorise_costs(actor_of(request), "usage.read")
        now = clock.now()
        rows = list_month_so_far(reseller_id=reseller_id, now=now)
        return Response(
            {
                "data": [usage_output(row) for row in rows],
                "next_cursor": None,
                "from": month_start(now),
                "until": now,
            }
        )


def usage_output(row: UsageRow) -> dict[str, object]:
    """A meter as the API shows it."""
    return {
        "meter": row.meter,
        "quantity": decimal_text(row.quantity),
        "unit_price_minor": decimal_text(row.unit_price_minor),
        "amount_minor": row.amount_minor,
        "currency": row.currency,
    }


def record_output(record: UsageRecord) -> dict[str, object]:
    """A ledger entry as the API shows it."""
    return {
        "id": ids.to_public("use", record.public_id),
        "meter": record.meter,
        "quantity": decimal_text(record.quantity),
        "organisation": organisation_output(record.organisation_id),
        "occurred_at": record.occurred_at,
        "recorded_at": record.recorded_at,
        "key": record.key,
        "subject": record.subject,
    }


def organisation_output(organisation_id: UUID | None) -> str | None:
    """`org_…`, or None for what no organisation caused."""
    return ids.to_public("org", organisation_id) if organisation_id else None


def decimal_text(value: Decimal) -> str:
    """A decimal without trailing zeros or an exponent: JSON numbers would lose digits."""
    return f"{value.normalize():f}"


urlpatterns = [path("usage", UsageCollection.as_view(), name="api-usage")]
