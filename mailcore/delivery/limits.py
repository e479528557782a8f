"""What a mailbox may send on a day: the defaults of the settings, or a reseller's own numbers."""

from datetime import timedelta
from uuid import UUID

from django.db import connection

from kernel import clock
from mailcore.delivery.statements import statement

_SET = statement("set_limits")
#: Days (UTC) for which the counts of a mailbox are kept.
KEPT_DAYS = 31


def set_limits(
    *,
    reseller_id: UUID,
    messages: int | None = None,
    recipients: int | None = None,
    new_recipients: int | None = None,
) -> None:
    """Limits per mailbox and day for the mailboxes of a reseller; None is the default.

    As role operator or owner: nobody raises their own. What is held already stays held.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _SET,
            {
                "reseller_id": reseller_id,
                "messages": messages,
                "recipients": recipients,
                "new_recipients": new_recipients,
            },
        )


def forget_usage() -> int:
    """Drop old counts, and what is kept of mailboxes that are gone; how many rows."""
    with connection.cursor() as cursor:
        oldest = clock.now().date() - timedelta(days=KEPT_DAYS)
        cursor.execute("SELECT sec.forget_usage(%s)", [oldest])
        (gone,) = cursor.fetchone()
    return int(gone)
