"""Organisations (a reseller's clients) and API keys."""

from django.db import models

from kernel import clock, ids
from tenants.bearer.models import KeyRow


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


class ApiKey(KeyRow):
    """A reseller's key.

    Bound to an organisation and then to one of its domains, or to neither. A key dies with the one
    that made it.
    """

    MARK, ID = "lvk", "key"

    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE)
    domain_id = models.UUIDField(null=True, blank=True)
    made_by = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        db_table = "api_key"
