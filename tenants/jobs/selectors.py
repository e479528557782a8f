"""Read jobs; row security shows a reseller only its own."""

from uuid import UUID

from django.db.models import QuerySet

from kernel import ids
from kernel.actor import Actor
from kernel.tenancy import current_reseller_id
from tenants.jobs.models import Job, JobItem


def list_seen(actor: Actor) -> QuerySet[Job]:
    """The jobs that exist for this actor: of the reseller, its organisation or its domain."""
    found = Job.objects.filter(reseller_id=current_reseller_id())
    if actor.organisation is not None:
        found = found.filter(organisation_id=actor.organisation)
    return found if actor.domain is None else found.filter(domain_id=actor.domain)


def get_seen(job_id: UUID, *, actor: Actor) -> Job:
    """One of them by its public id; raises NotFound."""
    found = list_seen(actor).filter(public_id=job_id).first()
    if found is None:
        raise ids.missing("job")
    return found


def list_items(job: Job) -> QuerySet[JobItem]:
    """Its items in their order."""
    return JobItem.objects.filter(job=job)
