"""`/api/v1/jobs`: what takes long, how far it is, and what became of each item."""

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
from kernel.rest.views import ApiView, CommandView, actor_of
from tenants.jobs import errors, selectors, services
from tenants.jobs.models import Job, JobItem
from tenants.jobs.states import ItemState, JobState

EXAMPLE = {
    "id": "job_01k8z3n5p7r9t1w3y5a7c9e1g3",
    "kind": "mailboxes.create",
    "state": "running",
    "reason": None,
    "dry_run": False,
    "total": 500,
    "done": 120,
    "failed": 2,
    "created_at": "2026-03-01T09:30:00Z",
    "started_at": "2026-03-01T09:30:02Z",
    "ended_at": None,
}


@shape(example=EXAMPLE)
class JobShown(TypedDict):
    """A job; `done` and `failed` count its items, `reason` says why it was cancelled."""

    id: Annotated[str, Id("job")]
    kind: str
    state: Annotated[str, OneOf(JobState)]
    reason: str | None
    dry_run: bool
    total: int
    done: int
    failed: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class ItemError(TypedDict):
    """Why an item could not be done."""

    code: str
    detail: str
    field: str | None


@shape(
    example={
        "n": 17,
        "item": "anna@client.test",
        "state": "failed",
        "made": None,
        "error": {
            "code": "mailbox.exists",
            "detail": "There is already a mailbox with this address.",
            "field": "local_part",
        },
    }
)
class ItemShown(TypedDict):
    """An item; `n` is its row, counted from 0, and `made` the id of what it made."""

    n: int
    item: str
    state: Annotated[str, OneOf(ItemState)]
    made: str | None
    error: ItemError | None


LISTING = Listing(
    filters={
        "state": listing.choice("state", JobState.values, says="where it stands"),
        "kind": listing.text("kind", says="what it does"),
    }
)
ITEMS = Listing(
    filters={"state": listing.choice("state", ItemState.values, says="what became of it")}
)


def show(job: Job) -> JobShown:
    """A job as JSON."""
    return {
        "id": job.reference,
        "kind": job.kind,
        "state": job.state,
        "reason": job.reason or None,
        "dry_run": job.is_dry_run,
        "total": job.total,
        "done": job.done,
        "failed": job.failed,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
    }


def show_item(item: JobItem) -> ItemShown:
    """An item as JSON."""
    error: ItemError | None = None
    if item.state == ItemState.FAILED:
        error = {"code": item.code, "detail": item.detail, "field": item.field or None}
    return {
        "n": item.n,
        "item": item.label,
        "state": item.state,
        "made": item.subject or None,
        "error": error,
    }


class Jobs(ApiView):
    """List."""

    keeps_domain = True

    @operation("jobs.list", right="jobs.read", answers={200: Page[JobShown]}, query=LISTING)
    def get(self, request: Request) -> Response:
        """List the jobs that the key sees.

        They are kept for seven days after their end.
        """
        actor = actor_of(request)
        authorise(actor, "jobs.read")
        return page(request, selectors.list_seen(actor), show=show, listing=LISTING)


class OneJob(ApiView):
    """Read one."""

    keeps_domain = True

    @operation("jobs.get", right="jobs.read", answers={200: JobShown})
    def get(self, request: Request, job_id: str) -> Response:
        """Read a job: how far it is."""
        return Response(show(_find(request, job_id)))


class Items(ApiView):
    """What became of each item."""

    keeps_domain = True

    @operation("jobs.items", right="jobs.read", answers={200: Page[ItemShown]}, query=ITEMS)
    def get(self, request: Request, job_id: str) -> Response:
        """List a job's items.

        With `?state=failed` only what went wrong.
        """
        rows = selectors.list_items(_find(request, job_id))
        return page(request, rows, show=show_item, listing=ITEMS)


class Cancel(CommandView):
    """Stop."""

    keeps_domain = True

    @operation(
        "jobs.cancel", right="jobs.write", answers={200: JobShown}, problems=[errors.JobOver]
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Do nothing more of a job.

        What is done stays done.
        """
        job_id = ids.from_public("job", str(parts["job_id"]))
        return Response(show(services.cancel_job(actor=actor_of(request), job_id=job_id)))


def _find(request: Request, job_id: str) -> Job:
    actor = actor_of(request)
    authorise(actor, "jobs.read")
    return selectors.get_seen(ids.from_public("job", job_id), actor=actor)


_ONE = "jobs/<str:job_id>"
urlpatterns = [
    path("jobs", Jobs.as_view(), name="api-jobs"),
    path(_ONE, OneJob.as_view(), name="api-job"),
    path(f"{_ONE}/items", Items.as_view(), name="api-job-items"),
    path(f"{_ONE}/cancel", Cancel.as_view(), name="api-job-cancel"),
]
