"""Public tables that every plane leans on."""

from django.db import models

from kernel import clock, ids


class OutboxEvent(models.Model):
    """A business event, written in the transaction of what it tells, until it is handled."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    type = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField(default=1)
    reseller_id = models.UUIDField()
    actor = models.JSONField()
    subject = models.CharField(max_length=80)
    occurred_at = models.DateTimeField(default=clock.now)
    data = models.JSONField(default=dict)
    trace_id = models.CharField(max_length=64, default="", blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=clock.now)
    parked_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(default="", blank=True)

    class Meta:
        db_table = "outbox"
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="outbox_due", condition=models.Q(parked_at=None)
            ),
            models.Index(fields=["reseller_id", "id"], name="outbox_reseller"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.public_id}"


class AuditEntry(models.Model):
    """Who did what to which object; append-only."""

    id = models.BigAutoField(primary_key=True)
    reseller_id = models.UUIDField()
    at = models.DateTimeField(default=clock.now)
    actor = models.JSONField()
    action = models.CharField(max_length=80)
    subject = models.CharField(max_length=80)
    data = models.JSONField(default=dict)
    trace_id = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        db_table = "audit_entry"
        indexes = [
            models.Index(fields=["reseller_id", "-at"], name="audit_reseller_at"),
            models.Index(fields=["reseller_id", "-id"], name="audit_reseller_order"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"


class IdempotencyKey(models.Model):
    """The first answer to a POST that carried an Idempotency-Key; replayed for 24 hours."""

    id = models.BigAutoField(primary_key=True)
    reseller_id = models.UUIDField()
    caller = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "idempotency_key"
        constraints = [
            models.UniqueConstraint(
                fields=("reseller_id", "caller", "key"), name="idempotency_key_once"
            )
        ]

    def __str__(self) -> str:
        return self.key


class ResellerKey(models.Model):
    """A reseller's data key, wrapped by the master key; never deleted while a record uses it."""

    key_id = models.UUIDField(primary_key=True, default=ids.uuid7)
    reseller_id = models.UUIDField(db_index=True)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now)
    is_current = models.BooleanField(default=True)

    class Meta:
        db_table = "reseller_key"
        constraints = [
            models.UniqueConstraint(
                fields=("reseller_id",),
                condition=models.Q(is_current=True),
                name="reseller_key_one_current",
            )
        ]

    def __str__(self) -> str:
        return str(self.key_id)


class TemplateArtefact(models.Model):
    """The SQL of an empty reseller schema, and the set of migrations it stands for."""

    migration_set = models.CharField(max_length=64, primary_key=True)
    sql = models.TextField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "template_artefact"

    def __str__(self) -> str:
        return self.migration_set
