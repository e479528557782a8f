"""What resellers' programs do with the reseller itself."""

from tenants.resellers.api.mail_hosts import urlpatterns

__all__ = ["urlpatterns"]
