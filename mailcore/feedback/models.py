"""Reports about hosted domains, and what they add up to; other facts have no table of their own."""

from django.db import models

from kernel import clock, ids
from mailcore.feedback.states import Grade, ReportKind, ReportState


class ReceivedReport(models.Model):
    """A report as it came; `raw` is the whole message, until it is counted or old.

    A stranger's, one that was too large and one beyond the day's budget come without it. `kept` is
    how many octets of it were stored when it came. `sender` is the domain of From where our MX proved it. `due_at`: to be read then; None when it
    is settled.
    """

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    reseller_id = models.UUIDField()
    domain_id = models.UUIDField()
    domain = models.CharField(max_length=253)
    kind = models.CharField(max_length=5, choices=ReportKind.choices)
    received_at = models.DateTimeField(default=clock.now)
    sender = models.CharField(max_length=253, default="", blank=True)
    grade = models.PositiveSmallIntegerField(choices=Grade.choices, default=Grade.UNPROVEN)
    size = models.PositiveIntegerField()
    raw = models.BinaryField(null=True)
    kept = models.PositiveIntegerField(default=0, db_default=0)
    state = models.CharField(
        max_length=10, choices=ReportState.choices, default=ReportState.WAITING
    )
    code = models.CharField(max_length=60, default="", blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    org_name = models.CharField(max_length=200, default="", blank=True)
    report_id = models.CharField(max_length=300, default="", blank=True)
    begin_at = models.DateTimeField(null=True, blank=True)
    end_at = models.DateTimeField(null=True, blank=True)
    messages = models.BigIntegerField(default=0)

    class Meta:
        db_table = "received_report"
        constraints = [
            # By sender too: whoever guesses a receiver's number cannot take it away beforehand.
            models.UniqueConstraint(
                fields=("domain_id", "kind", "org_name", "report_id", "sender"),
                condition=models.Q(state="counted"),
                name="received_report_once",
            )
        ]
        indexes = [
            models.Index(fields=["domain_id", "received_at"], name="received_report_domain"),
            models.Index(fields=["reseller_id", "domain_id"], name="received_report_reseller"),
            models.Index(fields=["received_at"], name="received_report_age"),
            models.Index(
                fields=["grade", "received_at"],
                name="received_report_kept",
                condition=models.Q(kept__gt=0),
            ),
            models.Index(
                fields=["due_at"], name="received_report_due", condition=models.Q(state="waiting")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.domain} {self.state}"


class DmarcSum(models.Model):
    """Messages of one day that are alike; `source_ip` and `header_from` are '' in a day's rest.

    A domain that changes hands has rows of both resellers: each sees only its own.
    """

    reseller_id = models.UUIDField()
    domain_id = models.UUIDField()
    sent_on = models.DateField()
    source_ip = models.CharField(max_length=45)
    source = models.CharField(max_length=253)
    source_group = models.CharField(max_length=7)
    header_from = models.CharField(max_length=253)
    disposition = models.CharField(max_length=10)
    dkim = models.BooleanField()
    spf = models.BooleanField()
    is_forwarded = models.BooleanField()
    grade = models.PositiveSmallIntegerField(choices=Grade.choices)
    count = models.BigIntegerField()

    class Meta:
        db_table = "dmarc_sum"
        constraints = [
            models.UniqueConstraint(
                fields=(
                    "reseller_id", "domain_id", "sent_on", "source_ip", "source", "header_from",
                    "disposition", "dkim", "spf", "is_forwarded", "grade",
                ),
                name="dmarc_sum_once",
            )
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["reseller_id", "domain_id"], name="dmarc_sum_reseller"),
            models.Index(fields=["sent_on"], name="dmarc_sum_age"),
        ]

    def __str__(self) -> str:
        return f"{self.sent_on} {self.source}: {self.count}"


class TlsSum(models.Model):
    """Sessions of one day that ended alike; `result` is '' for those that went well."""

    reseller_id = models.UUIDField()
    domain_id = models.UUIDField()
    seen_on = models.DateField()
    policy_type = models.CharField(max_length=15)
    result = models.CharField(max_length=60)
    mx_host = models.CharField(max_length=253)
    grade = models.PositiveSmallIntegerField(choices=Grade.choices)
    count = models.BigIntegerField()

    class Meta:
        db_table = "tls_sum"
        constraints = [
            models.UniqueConstraint(
                fields=(
                    "reseller_id", "domain_id", "seen_on", "policy_type", "result", "mx_host",
                    "grade",
                ),
                name="tls_sum_once",
            )
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["reseller_id", "domain_id"], name="tls_sum_reseller"),
            models.Index(fields=["seen_on"], name="tls_sum_age"),
        ]

    def __str__(self) -> str:
        return f"{self.seen_on} {self.result or 'ok'}: {self.count}"


class SourceMark(models.Model):
    """What a domain's people said of a source: theirs (`is_known`), or none of theirs."""

    reseller_id = models.UUIDField()
    domain_id = models.UUIDField()
    source = models.CharField(max_length=253)
    is_known = models.BooleanField()
    marked_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "source_mark"
        constraints = [
            models.UniqueConstraint(
                fields=("reseller_id", "domain_id", "source"), name="source_mark_once"
            )
        ]
        indexes = [models.Index(fields=["reseller_id"], name="source_mark_reseller")]

    def __str__(self) -> str:
        return self.source
