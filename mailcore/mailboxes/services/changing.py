"""Change a mailbox: its name, quota and password."""

from uuid import UUID

from django.db import transaction

from kernel.actor import Actor, authorise
from kernel.errors import InvalidInput
from mailcore.directory import services as directory
from mailcore.domains import selectors as domains
from mailcore.mailboxes import passwords, selectors
from mailcore.mailboxes.models import Mailbox
from mailcore.mailboxes.services.inviting import end as end_invitation
from mailcore.mailboxes.services.telling import tell
from mailcore.mailboxes.services.weakness import check_password

LEAST_QUOTA, MOST_QUOTA = 1024**2, 1024**4


def change_mailbox(
    *,
    actor: Actor,
    mailbox_id: UUID,
    display_name: str | None = None,
    quota_bytes: int | None = None,
    password: str | None = None,
) -> Mailbox:
    """What is None stays; raises NotAllowed, NotFound, InvalidInput, WeakPassword.

    A new password closes no session that is open; a link to choose one is dead.
    """
    authorise(actor, "mailboxes.write")
    mailbox = selectors.get_seen(mailbox_id, actor=actor)
    changed = list[str]()
    if display_name is not None:
        mailbox.display_name = " ".join(display_name.split())[:100]
        changed.append("display_name")
    if quota_bytes is not None:
        if not LEAST_QUOTA <= quota_bytes <= MOST_QUOTA:
            raise InvalidInput("A quota is 1 MiB to 1 TiB, in bytes.", field="quota_bytes")
        mailbox.quota_bytes = quota_bytes
        changed.append("quota_bytes")
    hashed = None
    if password is not None:
        check_password(password)
        hashed = passwords.hash_for_dovecot(password)  # slow by intent: before the transaction
    if not changed and hashed is None:
        return mailbox
    with transaction.atomic():
        domains.keep_held(mailbox.domain)
        if changed:
            mailbox.save(update_fields=changed)
        if hashed is not None and mailbox.invite:
            end_invitation(mailbox)
        directory.change_login(mailbox_id, password=hashed, quota_bytes=quota_bytes)
        if changed:
            tell("mailbox.changed", mailbox=mailbox, actor=actor)
        if hashed is not None:
            tell("mailbox.password_changed", mailbox=mailbox, actor=actor)
    return mailbox
