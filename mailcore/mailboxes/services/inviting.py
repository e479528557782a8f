"""A mailbox without a password: its owner gets a link by mail and chooses one.

Of the link's token only a hash is kept; it is good once and for a week, dies when a password is set
otherwise, and a new link ends the one before.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from django.db import transaction

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

LIFETIME = timedelta(days=7)
AGAIN_AFTER = timedelta(minutes=10)
#: Mailboxes of a reseller that get a link in a day: one list of the largest size, and no mailing.
MOST_A_DAY = 10_000
#: Links that one person gets in a day, for several mailboxes or again.
MOST_TO_ONE = 20
FIELDS = ("invite", "invitation_hash", "invited_at", "invitation_expires_at")


def prepare(mailbox: Mailbox, *, invite: str) -> str:
    """Set the fields of an invitation to an address elsewhere; the link's token.

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
    token = secrets.token_urlsafe(32)
    mailbox.invitation_hash = hash_token(token)
    mailbox.invited_at, mailbox.invitation_expires_at = now, now + LIFETIME
    return token


def send(mailbox: Mailbox, *, token: str, actor: Actor) -> None:
    """Mail the link, in the caller's transaction; raises TooManyInvitations."""
    if not resellers.count_invitation(
        purpose=InvitationPurpose.MAILBOX, address=mailbox.invite, to_one=MOST_TO_ONE
    ):
        raise TooManyInvitations
    resellers.write_to(
        reseller_id=current_reseller_id(),
        address=mailbox.invite,
        template="mailbox_invited",
        page=f"mailbox-password/{token}/",
        context={"address": mailbox.address, "days": LIFETIME.days},
    )
    tell("mailbox.invited", mailbox=mailbox, actor=actor)


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
    if not mailbox.invitation_hash:
        raise NotInvited
    if mailbox.invited_at is not None and mailbox.invited_at > clock.now() - AGAIN_AFTER:
        raise InvitedLately
    token = prepare(mailbox, invite=mailbox.invite if invite is None else invite)
    mailbox.save(update_fields=FIELDS)
    send(mailbox, token=token, actor=actor)
    return mailbox


def end(mailbox: Mailbox) -> None:
    """No link opens this mailbox any more."""
    mailbox.invite, mailbox.invitation_hash, mailbox.invitation_expires_at = "", "", None
    mailbox.save(update_fields=FIELDS)
