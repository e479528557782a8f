"""`/api/v1/mailboxes`."""

from mailcore.mailboxes.api import mailboxes

urlpatterns = [*mailboxes.urlpatterns]
