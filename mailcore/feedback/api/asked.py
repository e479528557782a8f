"""What the endpoints of reports have in common: whose, and of how many days."""

from rest_framework.request import Request

from kernel import ids
from kernel.actor import authorise
from kernel.errors import InvalidInput
from kernel.rest.openapi import Matches, Query
from kernel.rest.views import actor_of
from mailcore.domains import selectors
from mailcore.domains.models import Domain
from mailcore.feedback.reports.forgetting import SUMS_FOR
from mailcore.protocol.reports.dmarc_path import WINDOW

DAYS = Query(
    name="days",
    about=f"how many days back, 1 to {SUMS_FOR.days}; {WINDOW} if left out",
    is_=Matches("^[1-9][0-9]{0,2}$"),
)


def domain_of(request: Request, domain_id: str) -> Domain:
    """The domain for who may read it; raises NotAllowed, NotFound."""
    actor = actor_of(request)
    authorise(actor, "domains.read")
    return selectors.get_seen(ids.from_public("dom", domain_id), actor=actor)


def days_of(request: Request) -> int:
    """The query's `days`; raises InvalidInput."""
    text = request.query_params.get("days", str(WINDOW))
    is_number = text.isascii() and text.isdigit() and len(text) <= 3
    if not is_number or not 1 <= int(text) <= SUMS_FOR.days:
        raise InvalidInput(f"Ask for 1 to {SUMS_FOR.days} days.", field="days")
    return int(text)
