"""`/api/v1/mailboxes`, what is below one, and `/api/v1/aliases`."""

from mailcore.mailboxes.api import aliases, app_passwords, mailboxes, switching

urlpatterns = [
    *mailboxes.urlpatterns,
    *switching.urlpatterns,
    *app_passwords.urlpatterns,
    *aliases.urlpatterns,
]
