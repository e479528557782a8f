"""`/api/v1/domains/bulk` and `/api/v1/mailboxes/bulk`: up to 10,000 rows become a job."""

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from controlplane import job_kinds
from kernel.actor import authorise
from kernel.rest.openapi import OneOf, Query, operation
from kernel.rest.rows import InvalidRows, RowsAsCsv, RowsAsJson, is_dry_run, read_rows
from kernel.rest.serializers import Body, Reference
from kernel.rest.views import CommandView, actor_of
from tenants.jobs import services
from tenants.jobs.api import JobShown, show
from tenants.jobs.errors import TooManyJobs
from tenants.jobs.services import Item

_DRY = Query(
    name="dry_run",
    about="Whether each row is tried and undone, so that the job tells what would happen.",
    is_=OneOf(["true", "false"]),
)


class DomainRow(Body):
    """A domain name, in any spelling, and the organisation that it is for."""

    name = serializers.CharField(max_length=1000)
    organisation = Reference("org")
    example = {"name": "client.test", "organisation": "org_01k8z0v7q2m4n6p8r0s2t4v6w8"}


class MailboxRow(Body):
    """An address of a verified domain, and its owner's first password or an address to invite."""

    address = serializers.CharField(max_length=1000)
    password = serializers.CharField(max_length=1000, trim_whitespace=False, required=False)
    invite = serializers.CharField(max_length=320, required=False)
    display_name = serializers.CharField(max_length=100, allow_blank=True, default="")
    example = {
        "address": "anna@client.test",
        "password": "tulip-lantern-42",
        "display_name": "Anna",
    }

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        """One of the two; raises ValidationError."""
        if bool(attrs.get("password")) == bool(attrs.get("invite")):
            raise serializers.ValidationError("Give a password, or an address to invite.")
        return attrs


class BulkView(CommandView):
    """Rows as JSON or CSV."""

    parser_classes = [RowsAsJson, RowsAsCsv]


class BulkDomains(BulkView):
    """Add many."""

    @operation(
        "domains.bulk_create",
        right="domains.write",
        takes=list[DomainRow],
        answers={202: JobShown},
        found_at="jobs/{id}",
        problems=[InvalidRows, TooManyJobs],
        query=[_DRY],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Add up to 10,000 domains.

        The rows are checked as a whole, then a job adds them one by one: a row that cannot be added
        leaves the others alone.
        """
        authorise(actor_of(request), "domains.write")
        rows = read_rows(request, DomainRow, same=lambda row: row["name"].lower())
        items = [
            Item(
                label=row["name"],
                given={"name": row["name"], "organisation": str(row["organisation"])},
            )
            for row in rows
        ]
        return _start(request, kind=job_kinds.ADD_DOMAIN, items=items)


class BulkMailboxes(BulkView):
    """Create many."""

    keeps_domain = True

    @operation(
        "mailboxes.bulk_create",
        right="mailboxes.write",
        takes=list[MailboxRow],
        answers={202: JobShown},
        found_at="jobs/{id}",
        problems=[InvalidRows, TooManyJobs],
        query=[_DRY],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Create up to 10,000 mailboxes.

        The rows are checked as a whole, then a job creates them one by one: a row that cannot be
        created leaves the others alone. Passwords are kept sealed until their row's turn.
        """
        authorise(actor_of(request), "mailboxes.write")
        rows = read_rows(request, MailboxRow, same=lambda row: row["address"].lower())
        items = [Item(label=row["address"], given=row) for row in rows]
        return _start(request, kind=job_kinds.CREATE_MAILBOX, items=items)


def _start(request: Request, *, kind: str, items: list[Item]) -> Response:
    job = services.start(
        actor=actor_of(request), kind=kind, items=items, is_dry_run=is_dry_run(request)
    )
    return Response(show(job), status=202)


urlpatterns = [
    path("domains/bulk", BulkDomains.as_view(), name="api-domains-bulk"),
    path("mailboxes/bulk", BulkMailboxes.as_view(), name="api-mailboxes-bulk"),
]
