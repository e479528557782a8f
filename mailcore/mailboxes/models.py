"""A reseller's mailboxes."""

from django.db import models

from kernel import clock, ids
from mailcore.directory.states import LoginState


class Mailbox(models.Model):
    """An address that keeps mail; its login is projected to the directory."""

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    domain = models.ForeignKey("domains.Domain", on_delete=models.PROTECT, related_name="+")
    local_part = models.CharField(max_length=64)
    address = models.CharField(max_length=320, unique=True)
    display_name = models.CharField(max_length=100, default="", blank=True)
    state = models.CharField(max_length=10, choices=LoginState.choices, default=LoginState.ACTIVE)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "mailbox"

    def __str__(self) -> str:
        return self.address

    @property
    def reference(self) -> str:
        """The id that is shown: `mbx_…`."""
        return ids.to_public("mbx", self.public_id)
