"""Organisations (a reseller's clients) and API keys."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from kernel import clock, ids


class Organisation(models.Model):
    """A client company, or an agency with many domains."""

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "organisation"

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        """The id that is shown: `org_…`."""
        return ids.to_public("org", self.public_id)


class ApiKey(models.Model):
    """A key for programs: shown once, kept as a hash; bound to one organisation or to none."""

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    secret_hash = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=40))
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "api_key"

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        """The id that is shown: `key_…`."""
        return ids.to_public("key", self.public_id)
