"""Delete a mailbox with a way back: its address is kept, and nobody gets it meanwhile."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from kernel import clock
from kernel.actor import SYSTEM, Actor, authorise
from kernel.errors import NotFound
from mailcore.directory import services as directory
from mailcore.directory.selectors import is_login_held
from mailcore.directory.states import HoldScope, LoginState
from mailcore.domains import selectors as domains
from mailcore.domains.errors import DeletingHeld
from mailcore.mailboxes import selectors
from mailcore.mailboxes.models import Mailbox
from mailcore.mailboxes.services.aliases import drop_target
from mailcore.mailboxes.services.telling import tell
from tenants.plans.services import release, require

#: How long a deleted mailbox can come back.
KEPT = timedelta(days=14)


@transaction.atomic
def delete_mailbox(*, actor: Actor, mailbox_id: UUID) -> None:
    """No login, no sending, and mail to it is refused; raises NotAllowed, NotFound, DeletingHeld."""
    authorise(actor, "mailboxes.write")
    mailbox = selectors.get_seen(mailbox_id, actor=actor)
    domains.keep_held(mailbox.domain)
    if is_login_held(mailbox_id, HoldScope.DELETE):
        raise DeletingHeld
    mailbox.deleted_at = clock.now()
    if not Mailbox.objects.filter(pk=mailbox.pk, deleted_at=None).update(
        deleted_at=mailbox.deleted_at
    ):
        raise NotFound  # somebody was faster
    directory.set_login_state(mailbox_id, LoginState.DELETED)
    release("mailboxes")
    tell("mailbox.deleted", mailbox=mailbox, actor=actor)


@transaction.atomic
def restore_mailbox(*, actor: Actor, mailbox_id: UUID) -> Mailbox:
    """Bring it back as it was, within 14 days.

    Raises NotAllowed, NotFound, DomainNotVerified, plans.LimitReached.
    """
    authorise(actor, "mailboxes.write")
    rows = selectors.list_deleted(actor).filter(public_id=mailbox_id)
    found = rows.first()
    if found is None:
        raise NotFound
    domains.keep_verified(found.domain)
    mailbox = rows.select_for_update(of=("self",)).first()
    if mailbox is None or _is_over(mailbox):  # somebody was faster, or it is too late
        raise NotFound
    require("mailboxes")
    mailbox.deleted_at = None
    mailbox.save(update_fields=["deleted_at"])
    directory.set_login_state(mailbox_id, LoginState(mailbox.state))
    tell("mailbox.restored", mailbox=mailbox, actor=actor)
    return mailbox


def purge_mailboxes() -> int:
    """Give up the current reseller's deleted mailboxes whose time is over; how many."""
    over = Mailbox.objects.filter(deleted_at__lte=clock.now() - KEPT)
    return sum(_purge(mailbox) for mailbox in over.select_related("domain"))


@transaction.atomic
def _purge(mailbox: Mailbox) -> bool:
    if not domains.keep_each([mailbox.domain_id]):
        return False  # it went to another reseller, with its domain
    if is_login_held(mailbox.public_id, HoldScope.DELETE):
        return False
    drop_target(mailbox.address)
    directory.remove_login(mailbox.public_id)
    tell("mailbox.purged", mailbox=mailbox, actor=SYSTEM)
    mailbox.delete()
    return True


def _is_over(mailbox: Mailbox) -> bool:
    return mailbox.deleted_at is not None and mailbox.deleted_at <= clock.now() - KEPT
