"""The columns that every kind of key has."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from kernel import clock, ids


class KeyRow(models.Model):
    """A key for programs: shown once, kept as a hash.

    `networks` are the address ranges that it is good from, all when there is none. After a rotation
    the old secret (`previous_hash`) is good until `previous_until`.
    """

    #: What the text of such a key begins with, and what its id does.
    MARK: ClassVar[str]
    ID: ClassVar[str]

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    secret_hash = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=40))
    networks = ArrayField(models.CharField(max_length=43), default=list, db_default=[], blank=True)
    previous_hash = models.CharField(max_length=64, default="", db_default="", blank=True)
    previous_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        """The id that is shown."""
        return ids.to_public(self.ID, self.public_id)

    @property
    def begins_with(self) -> str:
        """By which people recognise it."""
        return f"{self.MARK}_{self.prefix}"
