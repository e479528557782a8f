"""Alarms about records that were right and are not any more."""

from datetime import datetime
from typing import Annotated, TypedDict

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.actor import authorise
from kernel.rest import listing
from kernel.rest.listing import Listing
from kernel.rest.openapi import Id, OneOf, Page, operation, shape
from kernel.rest.paging import page
from kernel.rest.views import ApiView, actor_of
from mailcore.checks.models import AlarmState, DomainAlarm
from mailcore.domains import alarms
from mailcore.domains.api.domains import find


@shape(
    example={
        "id": "alm_01k8z5f7h9k1n3q5s7v9x1z3b5",
        "domain": "dom_01k8z1c3e5g7j9m1p3r5t7w9y1",
        "domain_name": "client.test",
        "record": "mx",
        "name": "client.test",
        "type": "MX",
        "expected": "mx.example.net",
        "state": "open",
        "found": ["10 mx.elsewhere.test"],
        "sentence": "Mail goes to mx.elsewhere.test, not here: replace that MX record by this one when you move.",
        "opened_at": "2026-03-01T09:30:00Z",
        "closed_at": None,
    }
)
class AlarmShown(TypedDict):
    """A record that was right before; `record` is its purpose, or `lapsed` for the whole domain."""

    id: Annotated[str, Id("alm")]
    domain: Annotated[str, Id("dom")]
    domain_name: str
    record: str
    name: str
    type: str
    expected: str
    state: Annotated[str, OneOf(AlarmState)]
    found: list[str]
    sentence: str
    opened_at: datetime
    closed_at: datetime | None


LISTING = Listing(
    filters={"state": listing.choice("state", AlarmState.values, says="open, or over")}
)


def show(alarm: DomainAlarm) -> AlarmShown:
    """An alarm as JSON."""
    return {
        "id": ids.to_public("alm", alarm.public_id),
        "domain": ids.to_public("dom", alarm.domain_id),
        "domain_name": alarm.domain,
        "record": alarm.kind,
        "name": alarm.name,
        "type": alarm.type,
        "expected": alarm.value,
        "state": alarm.state,
        "found": alarm.found,
        "sentence": alarms.sentence_of(alarm),
        "opened_at": alarm.opened_at,
        "closed_at": alarm.closed_at,
    }


class Alarms(ApiView):
    """Of all domains that the key sees."""

    keeps_domain = True

    @operation("alarms.list", right="domains.read", answers={200: Page[AlarmShown]}, query=LISTING)
    def get(self, request: Request) -> Response:
        """List alarms about DNS records."""
        actor = actor_of(request)
        authorise(actor, "domains.read")
        return page(request, alarms.list_alarms(actor), show=show, listing=LISTING)


class DomainAlarms(ApiView):
    """Of one domain."""

    @operation(
        "domains.alarms", right="domains.read", answers={200: Page[AlarmShown]}, query=LISTING
    )
    def get(self, request: Request, domain_id: str) -> Response:
        """List the alarms about a domain's records."""
        domain = find(request, domain_id)
        rows = alarms.list_alarms(actor_of(request), domain_id=domain.public_id)
        return page(request, rows, show=show, listing=LISTING)


urlpatterns = [
    path("alarms", Alarms.as_view(), name="api-alarms"),
    path("domains/<str:domain_id>/alarms", DomainAlarms.as_view(), name="api-domain-alarms"),
]
