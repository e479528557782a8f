"""How long each part of a key's life takes."""

from datetime import timedelta

from django.conf import settings

from mailcore.domains.key_life import Periods
from mailcore.protocol import dns_records


def periods() -> Periods:
    """As the settings say, in this stack's scale of time."""
    scale = settings.DELAY_SCALE
    return Periods(
        sign=timedelta(days=settings.DKIM_SIGN_DAYS) * scale,
        publish=timedelta(days=settings.DKIM_PUBLISH_DAYS) * scale,
        keep=timedelta(days=settings.DKIM_KEEP_DAYS) * scale,
        remember=timedelta(seconds=dns_records.TTL) * scale,
    )
