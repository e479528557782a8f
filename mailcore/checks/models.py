"""DNS check results and their schedule: public, so that one query finds what is due."""

from django.db import models

from kernel import clock, ids


class Verdict(models.TextChoices):
    """What a look at the authoritative servers said of one record."""

    UNCHECKED = "unchecked"
    MATCH = "match"
    MISSING = "missing"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"


class DomainSchedule(models.Model):
    """When a domain's records are looked at next, and when they are next written to its DNS.

    `watched_until`: somebody waits for the result until then, so checks come every few seconds, then every half minute.
    `keys_due_at`: when the next step in the life of its DKIM keys may be due.
    `targets_due_at` is set while records in our own zone wait to be written.
    `publish_due_at` is set while a DNS update waits; `publish_code` is how the last one ended
    (empty: never tried, `ok`, or a code of `mailcore.domains.errors`).
    `fingerprint` is that of the last look when all was right, until somebody asks for another one.
    """

    domain_id = models.UUIDField(primary_key=True)
    reseller_id = models.UUIDField(db_index=True)
    domain = models.CharField(max_length=253)
    due_at = models.DateTimeField(default=clock.now, db_index=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    watched_until = models.DateTimeField(null=True, blank=True)
    fingerprint = models.JSONField(null=True, blank=True)
    keys_due_at = models.DateTimeField(default=clock.now, null=True, blank=True, db_index=True)
    targets_due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    publish_due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    publish_tries = models.PositiveSmallIntegerField(default=0)
    publish_code = models.CharField(max_length=60, default="", blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "domain_schedule"
        indexes = [
            models.Index(
                fields=["watched_until"],
                condition=models.Q(watched_until__isnull=False),
                name="domain_schedule_watched",
            )
        ]

    def __str__(self) -> str:
        return self.domain


class RecordVerdict(models.Model):
    """The last verdict on one expected record; a purpose may have several, at several names.

    `need` is required, recommended or optional; `code` and `params` make the sentence; `said` has
    an entry {servers, values, alias, failure} for each answer that some servers gave; `since` is
    when the verdict became what it is. When it was last looked at stands in the schedule.
    `matched_value` is what was expected when it was last found.
    """

    domain_id = models.UUIDField()
    reseller_id = models.UUIDField()
    purpose = models.CharField(max_length=40)
    name = models.CharField(max_length=253)
    need = models.CharField(max_length=12, default="required")
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.UNCHECKED)
    code = models.CharField(max_length=60, default="", blank=True)
    params = models.JSONField(default=dict)
    found = models.JSONField(default=list)
    said = models.JSONField(default=list)
    since = models.DateTimeField(null=True, blank=True)
    missing_in_a_row = models.PositiveSmallIntegerField(default=0)
    matched_value = models.TextField(default="", blank=True)

    class Meta:
        db_table = "record_verdict"
        constraints = [
            models.UniqueConstraint(
                fields=("domain_id", "purpose", "name"), name="record_verdict_at_name"
            )
        ]
        indexes = [
            models.Index(fields=["reseller_id", "domain_id"], name="record_verdict_reseller")
        ]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.verdict}"


class AlarmState(models.TextChoices):
    """An alarm closes when the record is found again, or is not wanted any more."""

    OPEN = "open"
    CLOSED = "closed"


class DomainAlarm(models.Model):
    """A record that was right and is not any more; or, as kind `lapsed`, the whole domain.

    `verdict`, `code`, `params` and `found` are what was seen last while it was open. `told_at` and
    `recovery_told_at`: when people were told by mail that it opened, and that it is over.
    """

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    reseller_id = models.UUIDField()
    domain_id = models.UUIDField()
    domain = models.CharField(max_length=253)
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=253)
    type = models.CharField(max_length=10)
    value = models.TextField()
    state = models.CharField(max_length=6, choices=AlarmState.choices, default=AlarmState.OPEN)
    verdict = models.CharField(max_length=10)
    code = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    found = models.JSONField(default=list)
    opened_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    recovery_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "domain_alarm"
        constraints = [
            models.UniqueConstraint(
                fields=("domain_id", "kind", "name"),
                condition=models.Q(state="open"),
                name="domain_alarm_open_once",
            )
        ]
        indexes = [models.Index(fields=["domain_id", "opened_at"], name="domain_alarm_domain")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.domain}"
