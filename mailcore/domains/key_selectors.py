"""Read the keys of a domain with their lives, and when another slot signs."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from mailcore.directory.states import KeyState
from mailcore.domains.models import DkimKey, Domain
from mailcore.domains.selectors import record_of
from mailcore.domains.services.dkim_keys.delays import periods
from mailcore.domains.states import DomainState
from mailcore.protocol.dns_records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """A key with the record that shows it; `stage` is its state, or `revoked`."""

    key: DkimKey
    record: Record
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """When the other slot is to sign; `waits` for DNS from then on, and `sentence` says so."""

    due_at: datetime | None
    asked_at: datetime | None
    is_waiting: bool
    sentence: str


def list_keys(domain: Domain) -> list[KeyRow]:
    """All keys that DNS should show something of, in the order of their selectors."""
    return [
        KeyRow(
            key=key,
            record=record_of(domain, key),
            stage="revoked" if key.revoked_at else key.state,
        )
        for key in domain.dkim_keys.order_by("selector")
    ]


def rotation_of(domain: Domain, *, now: datetime) -> Rotation:
    """Of a domain that does not sign, `due_at` is None."""
    rows = list(domain.dkim_keys.all())
    begun = [row.signing_at for row in rows if row.state == KeyState.ACTIVE and row.signing_at]
    due_at = min(begun) + periods().sign if begun else None
    is_due = domain.rotation_asked_at is not None or (due_at is not None and due_at <= now)
    return Rotation(
        due_at=due_at,
        asked_at=domain.rotation_asked_at,
        is_waiting=is_due,
        sentence=_sentence(domain, rows, is_signing=bool(begun), is_due=is_due),
    )


def _sentence(domain: Domain, rows: list[DkimKey], *, is_signing: bool, is_due: bool) -> str:
    if domain.state != DomainState.VERIFIED:
        return _("Nothing is signed before the domain is verified.")
    if not is_signing:
        return _("No key stands in DNS: mail waits until one of these records is published.")
    if not is_due:
        return _("Another key takes over by itself when it is time.")
    lacking = [r for r in rows if r.state == KeyState.PENDING and r.shown_at is None]
    if lacking:
        return _("The next key waits for DNS: publish the records of %(names)s as shown here.") % {
            "names": ", ".join(sorted(row.selector for row in lacking))
        }
    if any(row.state == KeyState.PENDING for row in rows):
        return _("The next key takes over with the next look at DNS.")
    return _("The next key is made as soon as mail signed with the one before has arrived.")
