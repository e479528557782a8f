"""Public tables: jobs and their items (decision 0037)."""

from django.db import models

from kernel import clock, ids
from tenants.jobs.states import ItemState, JobState


class Job(models.Model):
    """Work on up to 10,000 items, one after the other.

    `actor` is who asked, as `actors.keep` writes it; `next_n` the item that comes next. A worker
    takes a job for itself until `lease_until`, by the database's clock; what really keeps two
    apart is the row's lock, which each item is done under. `stumbles` counts how often the next
    item failed for a passing reason.
    """

    public_id = models.UUIDField(primary_key=True, default=ids.uuid7)
    reseller_id = models.UUIDField()
    organisation_id = models.UUIDField(null=True)
    domain_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=40)
    is_dry_run = models.BooleanField(default=False)
    actor = models.JSONField()
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    next_n = models.PositiveIntegerField(default=0)
    stumbles = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=40, default="", blank=True)
    created_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    trace_id = models.CharField(max_length=64, default="", blank=True)
    turn_at = models.DateTimeField(default=clock.now)
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "job"
        indexes = [
            models.Index(fields=["reseller_id", "public_id"], name="job_reseller"),
            models.Index(
                fields=["turn_at"],
                name="job_turn",
                condition=models.Q(state__in=[JobState.WAITING, JobState.RUNNING]),
            ),
            models.Index(
                fields=["ended_at"], name="job_ended", condition=models.Q(ended_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def reference(self) -> str:
        """The id that is shown: `job_…`."""
        return ids.to_public("job", self.public_id)


class JobItem(models.Model):
    """One item: `given` is sealed with the reseller's key, and gone as soon as it is done with.

    `public_id` rises with `n`, the item's place counted from 0.
    """

    public_id = models.UUIDField(primary_key=True, default=ids.uuid7)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="items")
    reseller_id = models.UUIDField()
    n = models.PositiveIntegerField()
    label = models.CharField(max_length=320)
    given = models.BinaryField(null=True)
    state = models.CharField(max_length=10, choices=ItemState.choices, default=ItemState.WAITING)
    subject = models.CharField(max_length=80, default="", blank=True)
    code = models.CharField(max_length=60, default="", blank=True)
    detail = models.CharField(max_length=500, default="", blank=True)
    field = models.CharField(max_length=80, default="", blank=True)

    class Meta:
        db_table = "job_item"
        constraints = [models.UniqueConstraint(fields=("job", "n"), name="job_item_place")]

    def __str__(self) -> str:
        return f"{self.job_id} {self.n}"
