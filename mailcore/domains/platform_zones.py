"""The editor of the zones that are the platform's own."""

from pathlib import Path

from django.conf import settings

from kernel.crypto import Secret
from mailcore.zones.adapters.dns_update import DnsUpdate


def platform_editor() -> DnsUpdate | None:
    """An editor with the platform's key, or None where no key is configured."""
    if not settings.PLATFORM_DNS_KEY_FILE:
        return None
    address, port = settings.PLATFORM_DNS_SERVER
    secret = Path(settings.PLATFORM_DNS_KEY_FILE).read_text(encoding="utf-8").strip()
    return DnsUpdate(
        address=address,
        port=port,
        key_name=settings.PLATFORM_DNS_KEY_NAME,
        algorithm="hmac-sha256",
        secret=Secret(secret),
    )
