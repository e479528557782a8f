"""A mailbox without a password: its owner gets a link by mail and chooses one.

The link is made and mailed by a worker: who makes hundreds of mailboxes waits for no mail. Of its
token only a hash is kept; it is good once and for a week, dies when a password is set otherwise, and a
new invitation ends the one before.
"""

import logging
import secrets
import time
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from kernel import clock
from kernel.actor import Actor, authorise
from kernel.errors import InvalidInput
from kernel.tenancy import current_reseller_id
from mailcore.domains import selectors as domains
from mailcore.mailboxes import selectors
from mailcore.mailboxes.errors import (
    InvitedLately,
    NotInvited,
    TooManyInvitations,
)
from mailcore.mailboxes.models import Mailbox
from mailcore.mailboxes.services.telling import tell
from tenants.resellers import services as resellers
from tenants.resellers import text
from tenants.resellers.errors import InvalidEmail
from tenants.resellers.states import InvitationPurpose
from tenants.resellers.tokens import hash_token

log = logging.getLogger(__name__)

LIFETIME = timedelta(days=7)
AGAIN_AFTER = timedelta(minutes=10)
#: Mailboxes of a reseller that get a link in a day: one list of the largest size, and no mailing.
MOST_A_DAY = 10_000
#: Links that one person gets in a day, for several mailboxes or again.
MOST_TO_ONE = 20
#: Links that are looked for at once.
_AT_ONCE = 500
FIELDS = ("invite", "invitation_hash", "invited_at", "invitation_expires_at")


def prepare(mailbox: Mailbox, *, invite: str) -> None:
    """Set the fields of an invitation to an address elsewhere: a link is to come.

    Raises InvalidEmail, InvalidInput, TooManyInvitations.
    """
    try:
        mailbox.invite = text.clean_email(invite)
    except InvalidEmail as error:
        raise InvalidEmail(field="invite") from error
    if mailbox.invite == mailbox.address:
        raise InvalidInput("Nobody can read this mailbox yet: name another.", field="invite")
    now = clock.now()
    lately = Mailbox.objects.filter(invited_at__gt=now - timedelta(days=1))
    if lately.count() >= MOST_A_DAY:
        raise TooManyInvitations
    mailbox.invitation_hash = ""
    mailbox.invited_at, mailbox.invitation_expires_at = now, now + LIFETIME


def count(mailbox: Mailbox) -> None:
    """Count one more link to this person; raises TooManyInvitations."""
    if not resellers.count_invitation(
        purpose=InvitationPurpose.MAILBOX, address=mailbox.invite, to_one=MOST_TO_ONE
    ):
        raise TooManyInvitations


def mail_links(*, seconds: float) -> bool:
    """Mail the current reseller's links that are waited for, for so long; whether some are left."""
    until = time.monotonic() + seconds
    oldest = _waiting().order_by("invited_at").values_list("public_id", flat=True)[:_AT_ONCE]
    mailed = 0
    for mailbox_id in oldest:
        if time.monotonic() > until:
            return True
        try:
            _mail_link(mailbox_id)
        except Exception:
            # One that cannot be mailed waits for the next time, and holds up no other.
            log.exception("the link of mailbox %s was not mailed", mailbox_id)
        else:
            mailed += 1
    return mailed == _AT_ONCE


def _waiting() -> QuerySet[Mailbox]:
    """Whose link was asked for and is not made yet."""
    return Mailbox.objects.filter(invitation_hash="", deleted_at=None).exclude(invite="")


@transaction.atomic
def _mail_link(mailbox_id: UUID) -> None:
    found = _waiting().filter(public_id=mailbox_id).first()
    if found is None or not domains.keep_each([found.domain_id]):
        return  # not invited any more, or it goes to another reseller with its domain
    mailbox = _waiting().select_for_update().filter(pk=found.pk).first()
    if mailbox is None:
        return
    token = secrets.token_urlsafe(32)
    mailbox.invitation_hash = hash_token(token)
    mailbox.invitation_expires_at = clock.now() + LIFETIME  # what the mail says, however late it is
    mailbox.save(update_fields=["invitation_hash", "invitation_expires_at"])
    resellers.write_to(
        reseller_id=current_reseller_id(),
        address=mailbox.invite,
        template="mailbox_invited",
        page=f"mailbox-password/{token}/",
        context={"address": mailbox.address, "days": LIFETIME.days},
    )


@transaction.atomic
def invite_again(*, actor: Actor, mailbox_id: UUID, invite: str | None = None) -> Mailbox:
    """A new link, to another address when one is given.

    Raises NotAllowed, NotFound, NotInvited, InvitedLately, TooManyInvitations, InvalidEmail,
    InvalidInput.
    """
    authorise(actor, "mailboxes.write")
    found = selectors.get_seen(mailbox_id, actor=actor)
    domains.keep_held(found.domain)
    rows = Mailbox.objects.select_related("domain").select_for_update(of=("self",))
    mailbox = rows.get(pk=found.pk)
    if not mailbox.invite:
        raise NotInvited
    if mailbox.invited_at is not None and mailbox.invited_at > clock.now() - AGAIN_AFTER:
        raise InvitedLately
    prepare(mailbox, invite=mailbox.invite if invite is None else invite)
    mailbox.save(update_fields=FIELDS)
    count(mailbox)
    tell("mailbox.invited", mailbox=mailbox, actor=actor)
    return mailbox


def end(mailbox: Mailbox) -> None:
    """No link opens this mailbox any more."""
    mailbox.invite, mailbox.invitation_hash, mailbox.invitation_expires_at = "", "", None
    mailbox.save(update_fields=FIELDS)
