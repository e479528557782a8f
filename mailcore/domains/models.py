"""A reseller's mail domains."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models

from kernel import clock, ids
from mailcore.directory.states import KeyState
from mailcore.domains.states import (
    CredentialKind,
    DkimAlgorithm,
    DmarcPolicy,
    DomainState,
    MtaStsMode,
    Publishing,
    SuspendedBy,
)


class Domain(models.Model):
    """A mail domain of an organisation; `name` is the A-label, `display_name` what people read.

    `verified_at` is when it was verified last, also when it is not any more. `evidence_lost_at`:
    since then DNS has shown nothing that leads to us.
    `dmarc_changed_at`: when somebody chose the policy here; None: it is what was found in DNS.
    `dmarc_tags` is what of the owner's own DMARC record stays beside the policy (`pct=50; sp=none`).
    `claim_told_at`: when people were told that it will be removed because nobody proves it.
    `targets_at`: when what its CNAMEs point to was first written into our records zone.
    """

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    name = models.CharField(max_length=253, unique=True)
    display_name = models.CharField(max_length=253)
    organisation_id = models.UUIDField(db_index=True)
    state = models.CharField(
        max_length=10, choices=DomainState.choices, default=DomainState.PENDING
    )
    ownership_token = models.CharField(max_length=64)
    publishing = models.CharField(
        max_length=10, choices=Publishing.choices, default=Publishing.DIRECT
    )
    dmarc_policy = models.CharField(
        max_length=10, choices=DmarcPolicy.choices, default=DmarcPolicy.NONE
    )
    mta_sts_mode = models.CharField(
        max_length=10, choices=MtaStsMode.choices, default=MtaStsMode.TESTING
    )
    mta_sts_changed_at = models.DateTimeField(null=True, blank=True)
    dmarc_changed_at = models.DateTimeField(null=True, blank=True)
    dmarc_tags = models.CharField(max_length=500, default="", blank=True)
    rotation_asked_at = models.DateTimeField(null=True, blank=True)
    targets_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    verified_at = models.DateTimeField(null=True, blank=True)
    suspended_by = models.CharField(
        max_length=10, choices=SuspendedBy.choices, default=SuspendedBy.NOBODY, blank=True
    )
    suspended_at = models.DateTimeField(null=True, blank=True)
    evidence_lost_at = models.DateTimeField(null=True, blank=True)
    claim_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "domain"

    def __str__(self) -> str:
        return self.display_name

    @property
    def reference(self) -> str:
        """The id that is shown: `dom_…`."""
        return ids.to_public("dom", self.public_id)

    @property
    def points_to_us(self) -> bool:
        """Whether its records are published as CNAMEs to names of ours, which are there."""
        return self.publishing == Publishing.CNAME and self.targets_at is not None

    @property
    def has_lapsed(self) -> bool:
        """Whether it was verified, and is not any more because DNS shows nothing of us."""
        return self.state == DomainState.PENDING and self.evidence_lost_at is not None

    @property
    def prove_by(self) -> datetime | None:
        """Until when its ownership has to be proven, or it is removed; None: once is enough."""
        if self.verified_at is not None or self.state != DomainState.PENDING:
            return None
        return self.created_at + timedelta(days=settings.CLAIM_DAYS)

    @property
    def label(self) -> str:
        """The 26 characters of its id: its name under the records zone, and in report addresses."""
        return self.reference.removeprefix("dom_")


class DkimKey(models.Model):
    """The public half of a DKIM key and its life; the private half is in the directory, sealed.

    The fields' meanings are those of `mailcore.domains.key_life.Key`; `missed` counts the looks in
    a row that did not find it in DNS.
    """

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    domain = models.ForeignKey(Domain, on_delete=models.CASCADE, related_name="dkim_keys")
    selector = models.CharField(max_length=63)
    algorithm = models.CharField(max_length=16, choices=DkimAlgorithm.choices)
    public_key = models.TextField()
    state = models.CharField(max_length=10, choices=KeyState.choices, default=KeyState.PENDING)
    since = models.DateTimeField(default=clock.now)
    signing_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    shown_at = models.DateTimeField(null=True, blank=True)
    missed = models.PositiveSmallIntegerField(default=0)
    is_reuse = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "dkim_key"
        constraints = [
            models.UniqueConstraint(fields=("domain", "selector"), name="dkim_key_selector")
        ]

    def __str__(self) -> str:
        return self.selector

    @property
    def reference(self) -> str:
        """The id that is shown: `dkm_…`."""
        return ids.to_public("dkm", self.public_id)


class DnsCredential(models.Model):
    """How zones of an organisation may be written: by RFC 2136, or by a provider's interface.

    `settings` is what may be shown; `sealed_secret` is the rest, as JSON, sealed with this row's
    `public_id` bytes as context. `tested_code` is how the last test ended (empty: never tested).
    """

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    organisation_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=10, choices=CredentialKind.choices)
    provider = models.CharField(max_length=40, default="", blank=True)
    settings = models.JSONField(default=dict)
    sealed_secret = models.BinaryField()
    tested_code = models.CharField(max_length=60, default="", blank=True)
    tested_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "dns_credential"

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The id that is shown: `dnc_…`."""
        return ids.to_public("dnc", self.public_id)
