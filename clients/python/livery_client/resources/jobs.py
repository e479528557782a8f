"""Jobs.

Written by generate.py from the OpenAPI document: change that instead.
"""

from collections.abc import Iterator

from livery_client import shapes
from livery_client.page import Page
from livery_client.resource import Resource


class Jobs(Resource):
    """Jobs."""

    def list(
        self,
        *,
        state: str | None = None,
        kind: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Page[shapes.Job]:
        """List the jobs that the key sees."""
        found: Page[shapes.Job] = self._send(
            "GET",
            "/jobs",
            query={
                "state": state,
                "kind": kind,
                "sort": sort,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )
        return found

    def each(
        self,
        *,
        state: str | None = None,
        kind: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Iterator[shapes.Job]:
        """The rows of all pages: list the jobs that the key sees."""
        return self._each(
            "/jobs",
            query={
                "state": state,
                "kind": kind,
                "sort": sort,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )

    def get(self, job_id: str, *, fields: str | None = None) -> shapes.Job:
        """Read a job: how far it is."""
        found: shapes.Job = self._send(
            "GET", "/jobs/{job_id}", parts={"job_id": job_id}, query={"fields": fields}
        )
        return found

    def cancel(self, job_id: str, *, idempotency_key: str | None = None) -> shapes.Job:
        """Do nothing more of a job."""
        found: shapes.Job = self._send(
            "POST",
            "/jobs/{job_id}/cancel",
            parts={"job_id": job_id},
            headers={"Idempotency-Key": idempotency_key},
        )
        return found

    def items(
        self,
        job_id: str,
        *,
        state: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Page[shapes.Item]:
        """List a job's items."""
        found: Page[shapes.Item] = self._send(
            "GET",
            "/jobs/{job_id}/items",
            parts={"job_id": job_id},
            query={
                "state": state,
                "sort": sort,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )
        return found

    def each_items(
        self,
        job_id: str,
        *,
        state: str | None = None,
        sort: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        fields: str | None = None,
    ) -> Iterator[shapes.Item]:
        """The rows of all pages: list a job's items."""
        return self._each(
            "/jobs/{job_id}/items",
            parts={"job_id": job_id},
            query={
                "state": state,
                "sort": sort,
                "cursor": cursor,
                "limit": limit,
                "fields": fields,
            },
        )
