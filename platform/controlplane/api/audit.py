"""`/api/v1/audit`: who did what."""

from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from django.urls import path
from django.utils.dateparse import parse_datetime
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import audit_log
from kernel.actor import authorise
from kernel.audit_log import Sought
from kernel.errors import InvalidInput, NotAllowed
from kernel.models import AuditEntry
from kernel.rest.openapi import Page, Query, operation, shape
from kernel.rest.paging import page_of
from kernel.rest.views import ApiView, actor_of


class ActorShown(TypedDict):
    """Who acted: a member, an api_key, the operator or the system, and its id."""

    kind: str
    id: str


@shape(
    example={
        "at": "2026-03-01T09:45:00Z",
        "actor": {"kind": "api_key", "id": "key_01k8z0xkb2d4f6h8k0n2q4s6v8"},
        "action": "mailbox.created",
        "subject": "mbx_01k8z1f5h7k9n1q3s5v7x9z1b3",
        "data": {"address": "anna@client.test"},
        "request_id": "9f1c2a7e",
    }
)
class AuditShown(TypedDict):
    """What somebody did, written in the same transaction."""

    at: datetime
    actor: ActorShown
    action: str
    subject: str
    data: dict[str, Any]
    request_id: str


def show(entry: AuditEntry) -> AuditShown:
    """An entry as JSON."""
    return {
        "at": entry.at,
        "actor": {"kind": str(entry.actor.get("kind")), "id": str(entry.actor.get("id"))},
        "action": entry.action,
        "subject": entry.subject,
        "data": entry.data,
        "request_id": entry.trace_id,
    }


_QUERY = [
    Query(name="subject", about="Done to this object: its id."),
    Query(name="actor", about="Done by this one: the id of a key or member."),
    Query(name="action", about="This action, or with a dot at the end all that begin so."),
    Query(name="since", about="At or after this time."),
    Query(name="until", about="Before this time."),
]
_LONGEST = 80


class Audit(ApiView):
    """List."""

    @operation("audit.list", right="audit.read", answers={200: Page[AuditShown]}, query=_QUERY)
    def get(self, request: Request) -> Response:
        """List who did what, newest first."""
        actor = actor_of(request)
        authorise(actor, "audit.read")
        if actor.organisation is not None:
            raise NotAllowed("A key of one organisation does not see what others did.")
        sought = Sought(
            subject=_text(request, "subject"),
            actor=_text(request, "actor"),
            action=_text(request, "action"),
            since=_time(request, "since"),
            until=_time(request, "until"),
        )
        return page_of(
            request,
            # Entries are numbered; a cursor holds any 128 bits.
            fetch=lambda before, limit: audit_log.list_entries(
                sought, before=_number(before), limit=limit
            ),
            key=lambda entry: UUID(int=entry.pk),
            show=show,
        )


def _number(cursor: UUID | None) -> int | None:
    return None if cursor is None else min(cursor.int, 2**63 - 1)


def _text(request: Request, name: str) -> str:
    text: str = request.query_params.get(name, "")
    if len(text) > _LONGEST or "\0" in text:
        raise InvalidInput(f"At most {_LONGEST} characters.", field=name)
    return text


def _time(request: Request, name: str) -> datetime | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InvalidInput("This is no time such as 2026-11-22T17:00:00Z.", field=name)
    return found


urlpatterns = [path("audit", Audit.as_view(), name="api-audit")]
