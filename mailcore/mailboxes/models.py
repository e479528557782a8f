"""A reseller's mailboxes, and the aliases that lead to them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from kernel import clock, ids
from mailcore.directory.states import LoginState

#: The local part of an alias for all addresses of a domain that are no others.
CATCH_ALL = "*"
#: Bytes.
USUAL_QUOTA = 5 * 1024**3


class Mailbox(models.Model):
    """An address that keeps mail; its login is projected to the directory.

    `invite` is where the link goes by which its owner chooses the first password: empty as soon as
    there is one. `invitation_hash` is that of the link's token, empty until it is mailed.
    """

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    domain = models.ForeignKey("domains.Domain", on_delete=models.PROTECT, related_name="+")
    local_part = models.CharField(max_length=64)
    address = models.CharField(max_length=320, unique=True)
    display_name = models.CharField(max_length=100, default="", blank=True)
    state = models.CharField(max_length=10, choices=LoginState.choices, default=LoginState.ACTIVE)
    quota_bytes = models.BigIntegerField(default=USUAL_QUOTA)
    #: The state stays what it was, for the way back.
    deleted_at = models.DateTimeField(null=True, blank=True, db_index=True)
    invite = models.EmailField(default="", db_default="", blank=True)
    invitation_hash = models.CharField(max_length=64, default="", db_default="", blank=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    invitation_expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "mailbox"
        indexes = [
            models.Index(
                fields=["invitation_hash"],
                name="mailbox_invitation",
                condition=~models.Q(invitation_hash=""),
            ),
            models.Index(
                fields=["invited_at"],
                name="mailbox_invited_at",
                condition=models.Q(invited_at__isnull=False),
            ),
            models.Index(
                fields=["invited_at"],
                name="mailbox_link_waited_for",
                condition=models.Q(invitation_hash="") & ~models.Q(invite=""),
            ),
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def reference(self) -> str:
        """The id that is shown: `mbx_…`."""
        return ids.to_public("mbx", self.public_id)


class Alias(models.Model):
    """An address whose mail goes to mailboxes; projected to the directory."""

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    domain = models.ForeignKey("domains.Domain", on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=320, unique=True)
    targets = ArrayField(models.CharField(max_length=320))
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "alias"
        verbose_name_plural = "aliases"

    def __str__(self) -> str:
        return self.address

    @property
    def reference(self) -> str:
        """The id that is shown: `als_…`."""
        return ids.to_public("als", self.public_id)

    @property
    def is_catch_all(self) -> bool:
        """Whether it takes what no other address of its domain does."""
        return self.address.startswith(f"{CATCH_ALL}@")
