"""Tell which mailboxes stood on a day: the ledger of mailbox-days is made of this."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from kernel import ids
from kernel.outbox import publish
from mailcore.mailboxes.selectors import list_mailboxes

#: Mailboxes in one event; an organisation with more has several.
IN_ONE_EVENT = 500


@transaction.atomic
def publish_mailbox_days(*, on: date) -> int:
    """Publish `mailbox.day` events of the current reseller for a day (UTC); how many mailboxes.

    Suspended mailboxes count: they still receive. Telling a day again is harmless, because the
    ledger has one key per mailbox and day.
    """
    by_organisation = _mailboxes_by_organisation(on)
    for organisation_id, mailboxes in by_organisation.items():
        for start in range(0, len(mailboxes), IN_ONE_EVENT):
            publish(
                "mailbox.day",
                subject=ids.to_public("org", organisation_id),
                data={
                    "organisation_id": str(organisation_id),
                    "on": on.isoformat(),
                    "mailboxes": mailboxes[start : start + IN_ONE_EVENT],
                },
            )
    return sum(len(mailboxes) for mailboxes in by_organisation.values())


def _mailboxes_by_organisation(on: date) -> dict[UUID, list[str]]:
    end_of_day = datetime.combine(on + timedelta(days=1), time.min, UTC)
    rows = (
        list_mailboxes()
        .filter(created_at__lt=end_of_day)
        .order_by("id")
        .values_list("domain__organisation_id", "public_id")
    )
    found: dict[UUID, list[str]] = {}
    for organisation_id, public_id in rows:
        found.setdefault(organisation_id, []).append(str(public_id))
    return found
