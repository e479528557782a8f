"""Begin a job: its row and its items in one transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from kernel import clock, crypto, ids, keys
from kernel.actor import Actor
from kernel.outbox import audit
from kernel.tenancy import current_reseller_id
from kernel.trace import current_trace_id
from tenants.jobs import actors
from tenants.jobs.errors import TooManyJobs
from tenants.jobs.models import Job, JobItem
from tenants.jobs.states import OVER

MOST_ITEMS = 10_000
#: Unfinished ones of a reseller at a time: the rest would only wait.
MOST_JOBS = 20
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to do: what people see of it, and what the kind's function is given (JSON)."""

    label: str
    given: Mapping[str, object]


@transaction.atomic
def start(*, actor: Actor, kind: str, items: Sequence[Item], is_dry_run: bool = False) -> Job:
    """Write a job down; the caller has authorised it, and what it does is authorised item by item.

    Raises TooManyJobs.
    """
    reseller_id, now = current_reseller_id(), clock.now()
    assert 0 < len(items) <= MOST_ITEMS
    if Job.objects.filter(reseller_id=reseller_id).exclude(state__in=OVER).count() >= MOST_JOBS:
        raise TooManyJobs
    job = Job(
        public_id=ids.uuid7(),
        reseller_id=reseller_id,
        organisation_id=actor.organisation,
        domain_id=actor.domain,
        kind=kind,
        is_dry_run=is_dry_run,
        actor=actors.keep(actor),
        total=len(items),
        trace_id=current_trace_id(),
        created_at=now,
        turn_at=now,
    )
    job.save(force_insert=True)
    rows = _rows(job, items)
    JobItem.objects.bulk_create(rows, batch_size=_AT_ONCE)
    audit("job.started", subject=job.reference, actor=actor, data={"kind": kind})
    return job


def context(job_id: UUID, n: int) -> bytes:
    """What binds a sealed item to its place."""
    return job_id.bytes + n.to_bytes(4)


def _rows(job: Job, items: Sequence[Item]) -> list[JobItem]:
    # One key for all: it is looked up once, not ten thousand times.
    key_id, key = keys.current_key(job.reseller_id)
    names = sorted(ids.uuid7() for _ in items)
    return [
        JobItem(
            public_id=name,
            job=job,
            reseller_id=job.reseller_id,
            n=n,
            label=item.label[:320],
            given=crypto.seal(
                key=key,
                key_id=key_id,
                plain=json.dumps(item.given).encode(),
                context=context(job.public_id, n),
            ),
        )
        for n, (name, item) in enumerate(zip(names, items, strict=True))
    ]
