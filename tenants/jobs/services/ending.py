"""The end of a job: all done, called off, forgotten after a week."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from kernel import clock
from kernel.actor import SYSTEM, Actor, authorise
from kernel.outbox import audit, publish
from tenants.jobs import selectors
from tenants.jobs.errors import JobOver
from tenants.jobs.models import Job
from tenants.jobs.states import OVER, ItemState, JobState

KEEP = timedelta(days=7)
_FORGOTTEN_AT_ONCE = 50


@transaction.atomic
def cancel_job(*, actor: Actor, job_id: UUID) -> Job:
    """Do nothing more of it; what is done stays. Raises NotAllowed, NotFound, JobOver."""
    authorise(actor, "jobs.write")
    seen = selectors.get_seen(job_id, actor=actor)
    # Waits for the item that is being done: it holds the same lock.
    job = Job.objects.select_for_update().get(pk=seen.pk)
    if job.state in OVER:
        raise JobOver
    end(job, state=JobState.CANCELLED, reason="asked")
    audit("job.cancelled", subject=job.reference, actor=actor)
    return job


def end(job: Job, *, state: JobState, reason: str = "", actor: Actor = SYSTEM) -> None:
    """Close a locked job, in the caller's transaction; tells `job.ended`."""
    job.state, job.reason, job.ended_at, job.lease_until = state, reason, clock.now(), None
    job.save(update_fields=["state", "reason", "ended_at", "lease_until"])
    # What was given may hold passwords: it is not kept a moment longer than it is needed.
    waiting = job.items.filter(state=ItemState.WAITING)
    waiting.update(state=ItemState.CANCELLED, given=None)
    publish(
        "job.ended",
        subject=job.reference,
        data={
            "job_id": str(job.public_id),
            "kind": job.kind,
            "state": str(job.state),
            "reason": job.reason,
            "total": job.total,
            "done": job.done,
            "failed": job.failed,
        },
        actor=actor,
        reseller_id=job.reseller_id,
    )


def forget_jobs() -> int:
    """Delete what ended a week ago; how many. As role worker, over all resellers."""
    old = Job.objects.filter(ended_at__lt=clock.now() - KEEP).order_by("ended_at")
    names = list(old.values_list("public_id", flat=True)[:_FORGOTTEN_AT_ONCE])
    Job.objects.filter(public_id__in=names).delete()
    return len(names)
