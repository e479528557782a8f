"""Public tables: plans to change zones, and the records that are ours there."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5

from kernel import clock, ids
from mailcore.zones.states import WRITING, Origin, PlanState


class DnsPlan(models.Model):
    """What would change in a zone, and how far that is.

    `steps` are `dns_zone.Change` as JSON with `done` (the zone shows it as wanted); `current`,
    `left` and `warnings` are what the person saw. `fingerprint` is of the zone as it was planned
    for. `undo` has the steps of taking it back and what was left. While a worker is due (`due_at`) it takes the plan by counting `lease` up: who holds an
    older number stores nothing. `code` says how it failed, `tries` counts vain ones.
    """

    public_id = models.UUIDField(primary_key=True, default=ids.uuid7)
    reseller_id = models.UUIDField()
    domain_id = models.UUIDField()
    credential_id = models.UUIDField()
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.PERSON)
    zone = models.CharField(max_length=253)
    state = models.CharField(max_length=10, choices=PlanState.choices, default=PlanState.PLANNED)
    code = models.CharField(max_length=60, default="", blank=True)
    fingerprint = models.CharField(max_length=64)
    replace = models.JSONField(default=list)
    current = models.JSONField(default=list)
    steps = models.JSONField(default=list)
    left = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    undo = models.JSONField(null=True)
    is_begun = models.BooleanField(default=False)
    lease = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dns_plan"
        indexes = [
            models.Index(fields=["reseller_id", "domain_id", "public_id"], name="dns_plan_domain"),
            models.Index(fields=["due_at"], name="dns_plan_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["created_at"], name="dns_plan_age"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["domain_id"], name="dns_plan_writing", condition=Q(state__in=WRITING)
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The id that is shown: `dpl_…`."""
        return ids.to_public("dpl", self.public_id)


class OwnedRecord(models.Model):
    """A value in somebody's zone that we wrote: only these do we ever remove unasked.

    Written before the zone is (`is_confirmed` false: it was not there when we looked) and
    confirmed by reading the zone back; `replaces` is the value that it was merged with.
    """

    public_id = models.UUIDField(primary_key=True, default=ids.uuid7)
    reseller_id = models.UUIDField()
    domain_id = models.UUIDField()
    plan_id = models.UUIDField(null=True)
    name = models.CharField(max_length=253)
    type = models.CharField(max_length=10)
    value = models.TextField()
    ttl = models.PositiveIntegerField()
    replaces = models.TextField(default="", blank=True)
    is_confirmed = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "owned_record"
        constraints = [
            # By digest: a long text does not fit into an index.
            models.UniqueConstraint(
                "domain_id", "name", "type", MD5("value"), name="owned_record_once"
            )
        ]
        indexes = [models.Index(fields=["reseller_id", "domain_id"], name="owned_record_reseller")]

    def __str__(self) -> str:
        return f"{self.name} {self.type}"


class ZoneAccess(models.Model):
    """With which credential a domain's zone is kept up to date; without a row, by hand."""

    domain_id = models.UUIDField(primary_key=True)
    reseller_id = models.UUIDField(db_index=True)
    credential_id = models.UUIDField(db_index=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "zone_access"

    def __str__(self) -> str:
        return str(self.domain_id)


class LeftTargets(models.Model):
    """What still stands in our own zone for a domain that was given up, until `due_at`.

    Its CNAMEs may point there for a while, and mail that it signed is on its way. `places` are
    [name, type] each.
    """

    domain_id = models.UUIDField(primary_key=True)
    reseller_id = models.UUIDField(db_index=True)
    places = models.JSONField()
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "left_targets"

    def __str__(self) -> str:
        return str(self.domain_id)
