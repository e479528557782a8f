"""The owner of a mailbox chooses its first password by the link of an invitation."""

from django.db import transaction

from kernel.actor import SYSTEM
from kernel.errors import NotFound
from mailcore.directory import services as directory
from mailcore.domains import selectors as domains
from mailcore.mailboxes import passwords, selectors
from mailcore.mailboxes.errors import InvitationGone
from mailcore.mailboxes.models import Mailbox
from mailcore.mailboxes.services.inviting import end
from mailcore.mailboxes.services.telling import tell
from mailcore.mailboxes.services.weakness import check_password


def accept_invitation(*, invitation: str, password: str) -> Mailbox:
    """Set the first password of an invitation's mailbox (by the hash of its token), once.

    Raises InvitationGone, WeakPassword.
    """
    found = selectors.find_invited(invitation)
    if found is None:
        raise InvitationGone
    check_password(password)
    hashed = passwords.hash_for_dovecot(password)  # slow by intent: before the transaction
    with transaction.atomic():
        _keep(found)
        mailbox = selectors.find_invited(invitation, for_update=True)
        if mailbox is None:  # used, replaced or ended meanwhile
            raise InvitationGone
        end(mailbox)
        directory.change_login(mailbox.public_id, password=hashed)
        # Who holds the link is nobody that we know by name.
        tell("mailbox.password_changed", mailbox=mailbox, actor=SYSTEM)
    return mailbox


def _keep(mailbox: Mailbox) -> None:
    """Raises InvitationGone when the domain, and the mailbox with it, went to somebody else."""
    try:
        domains.keep_held(mailbox.domain)
    except NotFound as error:
        raise InvitationGone from error
