"""Do a job: item by item, each in a transaction that also moves the job on.

So a worker that is killed leaves the item either done and counted or not begun, and of two that
have the same job one waits for the other's item. The lease only spares them that.
"""

import json
import logging
import time
from collections.abc import Callable, Mapping
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from kernel import clock, keys
from kernel.actor import Actor
from kernel.errors import ApplicationError, TransientError
from kernel.tenancy import in_reseller
from kernel.trace import traced
from tenants.jobs import actors
from tenants.jobs.models import Job, JobItem
from tenants.jobs.services.ending import end
from tenants.jobs.services.starting import context
from tenants.jobs.states import OVER, ItemState, JobState

log = logging.getLogger(__name__)

#: Does one item and says what it made, by its public id; raises ApplicationError with what is wrong.
Do = Callable[[Actor, Mapping[str, object]], str]
#: The actor as of now, or None when they may do nothing any more.
Revive = Callable[[Actor], Actor | None]
#: Short, for the queue has other work; and a slice ends after the item in which it passed.
SLICE = 5.0
_LEASE = 60  # seconds, by the database's clock
#: So often an item may fail for a passing reason until it counts as failed.
_MOST_STUMBLES = 20
_PASSING = (TransientError, OperationalError, InterfaceError)
_CLAIM = """
UPDATE public.job SET lease_until = clock_timestamp() + %(lease)s * interval '1 second'
WHERE public_id = (
    SELECT public_id FROM public.job
    WHERE state IN ('waiting', 'running')
      AND (lease_until IS NULL OR lease_until < clock_timestamp())
    ORDER BY turn_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING public_id, reseller_id"""


def run_slice(*, kinds: Mapping[str, Do], revive: Revive, seconds: float = SLICE) -> bool:
    """Go on with the job whose turn it is; whether there was one. As role worker, in no reseller."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"lease": _LEASE})
        claimed = cursor.fetchone()
    if claimed is None:
        return False
    job_id, reseller_id = claimed
    with in_reseller(reseller_id):
        job = Job.objects.get(pk=job_id)
        with traced(job.trace_id):
            _go_on(job, kinds=kinds, revive=revive, until=time.monotonic() + seconds)
    return True


def _go_on(job: Job, *, kinds: Mapping[str, Do], revive: Revive, until: float) -> None:
    job_id: UUID = job.pk
    actor = revive(actors.read(job.actor))
    if actor is None:
        return _stop(job_id, reason="asker_gone")
    if job.kind not in kinds:
        return _stop(job_id, reason="unknown_kind")
    try:
        # At least one item, however late it is: else a slow machine would never get on.
        while _next(job_id, kinds[job.kind], actor) and time.monotonic() < until:
            pass
    except _PASSING as error:
        # Its lease brings it back: what is behind us needs the rest as much as we do.
        log.warning("job %s stumbled: %s", job.reference, error, exc_info=error)
        Job.objects.filter(pk=job_id).update(stumbles=F("stumbles") + 1)
        return None
    Job.objects.filter(pk=job_id).update(lease_until=None, turn_at=clock.now())
    return None


@transaction.atomic
def _stop(job_id: UUID, *, reason: str) -> None:
    job = Job.objects.select_for_update().get(pk=job_id)
    if job.state not in OVER:
        end(job, state=JobState.CANCELLED, reason=reason)


@transaction.atomic
def _next(job_id: UUID, do: Do, actor: Actor) -> bool:
    """Do the next item; False when there is none."""
    job = Job.objects.select_for_update().get(pk=job_id)
    if job.state in OVER:
        return False
    if job.next_n >= job.total:
        end(job, state=JobState.ENDED)
        return False
    item = JobItem.objects.get(job=job, n=job.next_n)
    _do(job, item, do, actor)
    item.given = None
    item.save(update_fields=["state", "subject", "code", "detail", "field", "given"])
    job.state, job.next_n, job.stumbles = JobState.RUNNING, job.next_n + 1, 0
    job.started_at = job.started_at or clock.now()
    if item.state == ItemState.DONE:
        job.done += 1
    else:
        job.failed += 1
    job.save(update_fields=["state", "next_n", "stumbles", "started_at", "done", "failed"])
    return True


def _do(job: Job, item: JobItem, do: Do, actor: Actor) -> None:
    if job.stumbles >= _MOST_STUMBLES:
        return _fail(item, code="unavailable", detail="A part of the service did not answer.")
    try:
        with transaction.atomic():
            made = do(actor, _given(job, item))
            if job.is_dry_run:
                transaction.set_rollback(True)
    except ApplicationError as error:
        detail = error.message % error.detail if "%(" in error.message else error.message
        _fail(item, code=error.code, detail=detail, field=str(error.detail.get("field") or ""))
    except _PASSING:
        raise
    except Exception:
        # A fault of ours in one item leaves the others alone.
        log.exception("item %s of job %s failed", item.n, job.reference)
        _fail(item, code="internal_error", detail="Something went wrong on our side.")
    else:
        item.state, item.subject = ItemState.DONE, "" if job.is_dry_run else made
    return None


def _fail(item: JobItem, *, code: str, detail: str, field: str = "") -> None:
    item.state, item.code, item.detail, item.field = ItemState.FAILED, code, detail[:500], field


def _given(job: Job, item: JobItem) -> Mapping[str, object]:
    assert item.given is not None
    plain = keys.unseal_record(bytes(item.given), context=context(job.public_id, item.n))
    given: Mapping[str, object] = json.loads(plain)
    return given
