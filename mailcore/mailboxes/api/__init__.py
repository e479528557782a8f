"""`/api/v1/mailboxes` and `/api/v1/aliases`."""

from mailcore.mailboxes.api import aliases, mailboxes

urlpatterns = [*mailboxes.urlpatterns, *aliases.urlpatterns]
