"""Projections: written in the reseller's transaction, read by Postfix, Dovecot and the signer."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Collate, Reverse

from kernel import clock, ids
from mailcore.directory.states import (
    HandOverState,
    HoldKind,
    HoldOn,
    HoldScope,
    HoldSide,
    KeyState,
    LoginState,
    RouteKind,
)


class Route(models.Model):
    """A reseller's claim on a mail domain; mail flows only when it is verified.

    `is_held`: it was proven once, and since then nobody else can have the name, one above or one
    below it. Until then others may claim it too: who shows the proof first has it.
    """

    public_id = models.UUIDField(unique=True)
    domain = models.CharField(max_length=253)
    reseller_id = models.UUIDField(db_index=True)
    organisation_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=10, choices=RouteKind.choices, default=RouteKind.HOSTED)
    is_held = models.BooleanField(default=False)
    is_verified = models.BooleanField(default=False)
    claimed_at = models.DateTimeField(default=clock.now)
    #: What holds of it and above it hold; written by triggers alone (see Hold).
    on_hold = ArrayField(models.CharField(max_length=10), default=list, editable=False)

    class Meta:
        db_table = "route"
        constraints = [
            models.UniqueConstraint(fields=("domain", "reseller_id"), name="route_claimed_once"),
            models.UniqueConstraint(
                fields=("domain",), condition=models.Q(is_held=True), name="route_held_once"
            ),
            models.CheckConstraint(
                condition=models.Q(is_held=True) | models.Q(is_verified=False),
                name="route_verified_is_held",
            ),
        ]
        indexes = [models.Index(Collate(Reverse("domain"), "C"), name="route_below")]

    def __str__(self) -> str:
        return self.domain

    @property
    def takes_bounces(self) -> bool:
        """Whether bounces to this name come in."""
        return self.kind == RouteKind.FEEDBACK and self.is_verified


class ReleasedName(models.Model):
    """A mail domain that was given up: until `kept_until` nobody else may have it.

    Mail to its former addresses must not fall into the hands of whoever comes next.
    """

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    domain = models.CharField(max_length=253)
    reseller_id = models.UUIDField()
    released_at = models.DateTimeField(default=clock.now)
    kept_until = models.DateTimeField()

    class Meta:
        db_table = "released_name"
        constraints = [
            models.UniqueConstraint(fields=("domain", "reseller_id"), name="released_name_once")
        ]

    def __str__(self) -> str:
        return self.domain


class HandOver(models.Model):
    """An offer of a domain to another reseller, and what became of it.

    `to_reseller_id` is unknown while nobody has used the code, of which the hash is kept. Resellers
    read what they offer and what they are offered; only the functions in `sec` write the latter.
    """

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    reseller_id = models.UUIDField()
    to_reseller_id = models.UUIDField(null=True, blank=True, db_index=True)
    domain_id = models.UUIDField()
    domain = models.CharField(max_length=253)
    code_hash = models.CharField(max_length=64, default="", blank=True)
    state = models.CharField(
        max_length=10, choices=HandOverState.choices, default=HandOverState.OFFERED
    )
    offered_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "hand_over"
        constraints = [
            models.UniqueConstraint(
                fields=("domain_id",),
                condition=models.Q(state="offered"),
                name="hand_over_open_once",
            )
        ]
        indexes = [models.Index(fields=["domain"], name="hand_over_domain")]

    def __str__(self) -> str:
        return f"{self.domain}: {self.state}"

    @property
    def reference(self) -> str:
        """The id that is shown: `hov_…`."""
        return ids.to_public("hov", self.public_id)


class MailboxLogin(models.Model):
    """What Dovecot and acceptance need of a mailbox."""

    public_id = models.UUIDField(unique=True)
    address = models.CharField(max_length=320, unique=True)
    domain = models.CharField(max_length=253)
    reseller_id = models.UUIDField()
    organisation_id = models.UUIDField()
    password = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=LoginState.choices, default=LoginState.ACTIVE)
    store = models.CharField(max_length=40, default="store1")
    home = models.CharField(max_length=60)
    quota_bytes = models.BigIntegerField(default=5 * 1024**3)
    #: What holds of it and above it hold; written by triggers alone (see Hold).
    on_hold = ArrayField(models.CharField(max_length=10), default=list, editable=False)

    class Meta:
        db_table = "mailbox_login"
        indexes = [
            models.Index(fields=["reseller_id", "domain"], name="mailbox_login_reseller"),
            models.Index(fields=["domain"], name="mailbox_login_domain"),
        ]

    def __str__(self) -> str:
        return self.address


class Hold(models.Model):
    """Something that shall not go on for a while; several may stand on one object.

    It stands until it is lifted, also when `ends_at` is over: then that happens within seconds. With
    each change triggers write the sum of all that stand into `on_hold` of routes and logins, so that
    nobody who looks these up asks here.
    """

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    reseller_id = models.UUIDField()
    object_kind = models.CharField(max_length=10, choices=HoldOn.choices)
    object_id = models.UUIDField()
    name = models.CharField(max_length=320)
    kind = models.CharField(max_length=10, choices=HoldKind.choices)
    scopes = ArrayField(models.CharField(max_length=10, choices=HoldScope.choices))
    side = models.CharField(max_length=10, choices=HoldSide.choices)
    reason = models.CharField(max_length=200)
    placed_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "hold"
        constraints = [
            models.UniqueConstraint(
                fields=("object_id", "kind", "side"),
                condition=models.Q(lifted_at=None),
                name="hold_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["reseller_id"], condition=models.Q(lifted_at=None), name="hold_standing"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.name}"

    @property
    def reference(self) -> str:
        """The id that is shown: `hld_…`."""
        return ids.to_public("hld", self.public_id)


class AliasRoute(models.Model):
    """Where mail to an alias goes: `targets` are addresses of mailboxes here.

    The address `*@domain` stands for all of the domain that are neither mailbox nor alias.
    """

    public_id = models.UUIDField(unique=True)
    address = models.CharField(max_length=320, unique=True)
    domain = models.CharField(max_length=253)
    reseller_id = models.UUIDField(db_index=True)
    organisation_id = models.UUIDField()
    targets = ArrayField(models.CharField(max_length=320))

    class Meta:
        db_table = "alias_route"

    def __str__(self) -> str:
        return self.address


class AppPassword(models.Model):
    """A password of a mailbox for one program; the login's look-up writes when it was last used.

    `scopes` are imap (ManageSieve too), pop3 and smtp. Deleted, it lets nobody in any more.
    """

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    reseller_id = models.UUIDField(db_index=True)
    mailbox_id = models.UUIDField(db_index=True)
    name = models.CharField(max_length=100)
    scopes = ArrayField(models.CharField(max_length=10))
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.CharField(max_length=45, default="", blank=True)

    class Meta:
        db_table = "app_password"

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        """The id that is shown: `asp_…`."""
        return ids.to_public("asp", self.public_id)


class SpareKey(models.Model):
    """An RSA key that waits for a domain: to make one takes a tenth of a second.

    `sealed_key` is as of SigningKey, sealed with the operator's key; both move there as they are.
    """

    public_id = models.UUIDField(default=ids.uuid7, primary_key=True)
    sealed_key = models.BinaryField()
    public_key = models.TextField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "spare_key"

    def __str__(self) -> str:
        return str(self.public_id)


class SigningKey(models.Model):
    """A DKIM key; only the role `signer` reads the column `sealed_key`.

    `sealed_key` is the private key as PKCS#8 PEM (RSA and Ed25519 alike), sealed by
    `kernel.keys.seal_for` with `public_id.bytes` as context; `public_key` is the value of the tag
    p= (RFC 6376 §3.6.1, RFC 8463 §4). The signer uses keys in the state `active` only. Web and
    worker may not select `sealed_key`: read with `.only(…)` or `.defer("sealed_key")`.
    """

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    reseller_id = models.UUIDField(db_index=True)
    domain = models.CharField(max_length=253)
    selector = models.CharField(max_length=63)
    algorithm = models.CharField(max_length=16)
    state = models.CharField(max_length=10, choices=KeyState.choices, default=KeyState.PENDING)
    sealed_key = models.BinaryField()
    public_key = models.TextField(default="")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "signing_key"
        constraints = [
            models.UniqueConstraint(
                fields=("domain", "selector", "reseller_id"), name="signing_key_selector"
            )
        ]

    def __str__(self) -> str:
        return f"{self.selector}._domainkey.{self.domain}"
