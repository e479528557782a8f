"""Organisations (a reseller's clients) and API keys."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from kernel import clock, ids


class Organisation(models.Model):
    """A client company, or an agency with many domains.

    `contact_email` is told when records of its domains break; empty: nobody there is.
    """

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    name = models.CharField(max_length=100)
    contact_email = models.EmailField(default="", db_default="", blank=True)
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
    """A key for programs: shown once, kept as a hash.

    Bound to an organisation and then to one of its domains, or to neither; `networks` are the
    address ranges that it is good from, all when there is none. After a rotation the old secret
    (`previous_hash`) is good until `previous_until`. A key dies with the one that made it.
    """

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    secret_hash = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=40))
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE)
    domain_id = models.UUIDField(null=True, blank=True)
    networks = ArrayField(models.CharField(max_length=43), default=list, db_default=[], blank=True)
    made_by = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="+")
    previous_hash = models.CharField(max_length=64, default="", db_default="", blank=True)
    previous_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        db_table = "api_key"

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        """The id that is shown: `key_…`."""
        return ids.to_public("key", self.public_id)
