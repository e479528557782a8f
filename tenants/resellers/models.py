"""Public tables: resellers, their host names and brands, sign-ups, counted invitations."""

from typing import ClassVar

from django.db import models
from django_tenants.models import DomainMixin, TenantMixin

from kernel import clock, ids
from tenants.resellers.states import HostKind, InvitationPurpose, ResellerState


class Reseller(TenantMixin):  # type: ignore[misc]  # django-tenants ships no types
    """A tenant; the row whose schema is `public` is the operator."""

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=40, unique=True)
    owner_email = models.EmailField()
    state = models.CharField(
        max_length=12, choices=ResellerState.choices, default=ResellerState.PENDING
    )
    created_at = models.DateTimeField(default=clock.now)
    activated_at = models.DateTimeField(null=True, blank=True)
    migration_set = models.CharField(max_length=64, default="", blank=True)

    # The base has no types, so the manager says what it returns.
    objects: ClassVar[models.Manager["Reseller"]] = models.Manager()
    auto_create_schema = False  # made by a task as role provision, from the template artefact
    auto_drop_schema = False

    class Meta:
        db_table = "reseller"

    def __str__(self) -> str:
        return self.name


class ResellerHost(DomainMixin):  # type: ignore[misc]  # django-tenants ships no types
    """A host name and what it serves; django-tenants calls it a domain."""

    objects: ClassVar[models.Manager["ResellerHost"]] = models.Manager()
    kind = models.CharField(max_length=12, choices=HostKind.choices, default=HostKind.PORTAL)
    #: Of mail hosts: whether clients are told this name; one that they were told once stays served.
    is_named = models.BooleanField(default=False)

    class Meta:
        db_table = "reseller_host"
        constraints = [
            models.UniqueConstraint(
                fields=("tenant", "kind"),
                condition=models.Q(is_named=True),
                name="reseller_host_named_once",
            )
        ]

    def __str__(self) -> str:
        return str(self.domain)


class Brand(models.Model):
    """How a reseller's pages and webmail look."""

    reseller = models.OneToOneField(Reseller, on_delete=models.CASCADE, related_name="brand")
    product_name = models.CharField(max_length=60)
    colour = models.CharField(max_length=7, default="#2f5d8a")
    logo = models.BinaryField(null=True, blank=True)
    logo_type = models.CharField(max_length=20, default="", blank=True)
    support_address = models.EmailField(default="", blank=True)
    #: Names of the reseller's own that mail programs shall be told; empty: those that we give.
    imap_host = models.CharField(max_length=253, default="", blank=True)
    smtp_host = models.CharField(max_length=253, default="", blank=True)
    #: When each was asked for; None once nothing is to be done about it. The first has the column
    #: that was of both, so that versions before work beside this one; they know nothing of the
    #: second: a name for SMTP that they were asked for shows as lapsed here, and is asked for again.
    imap_asked_at = models.DateTimeField(null=True, blank=True, db_column="mail_hosts_asked_at")
    smtp_asked_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "brand"

    def __str__(self) -> str:
        return self.product_name


class SignUp(models.Model):
    """A filled-in form that waits for its mail address to be confirmed."""

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    token_hash = models.CharField(max_length=64, unique=True)
    company = models.CharField(max_length=100)
    slug = models.SlugField(max_length=40)
    email = models.EmailField()
    password = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    reseller = models.OneToOneField(Reseller, null=True, on_delete=models.PROTECT)

    class Meta:
        db_table = "sign_up"

    def __str__(self) -> str:
        return self.company


class InvitationSent(models.Model):
    """A link to choose a password that was mailed within a day; `inbox` is a keyed hash."""

    reseller_id = models.UUIDField()
    purpose = models.CharField(max_length=8, choices=InvitationPurpose.choices)
    inbox = models.CharField(max_length=64)
    sent_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "invitation_sent"
        indexes = [
            models.Index(
                fields=["reseller_id", "purpose", "inbox", "sent_at"],
                name="invitation_sent_inbox",
            ),
            models.Index(fields=["sent_at"], name="invitation_sent_at"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.sent_at}"
