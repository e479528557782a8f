"""Make mailboxes, suspend and resume them."""

from uuid import UUID

from django.db import IntegrityError, transaction

from kernel import ids
from kernel.actor import Actor, authorise
from kernel.errors import InvalidInput
from mailcore.directory import services as directory
from mailcore.directory.states import LoginState
from mailcore.domains import selectors as domains
from mailcore.mailboxes import passwords, selectors
from mailcore.mailboxes.errors import MailboxExists
from mailcore.mailboxes.models import Mailbox
from mailcore.mailboxes.services import inviting
from mailcore.mailboxes.services.addresses import local_part_of, take_address, verified_domain
from mailcore.mailboxes.services.telling import tell
from mailcore.mailboxes.services.weakness import check_password
from tenants.plans.services import require

#: What the directory has of a login that nobody gets into by a password: Dovecot does not find it.
NO_PASSWORD = ""


def create_mailbox(
    *,
    actor: Actor,
    domain_id: UUID,
    local_part: str,
    password: str | None = None,
    invite: str | None = None,
    display_name: str = "",
) -> Mailbox:
    """An address that keeps mail, and its login.

    With `invite`, an address elsewhere, in place of a password: a link goes there by which the
    owner chooses one; mail arrives until then, and nobody logs in.

    Raises NotAllowed, NotFound (domain), InvalidLocalPart, InvalidInput, WeakPassword, InvalidEmail,
    DomainNotVerified, MailboxExists, TooManyInvitations, plans.LimitReached.
    """
    authorise(actor, "mailboxes.write")
    if (password is None) == (invite is None):
        raise InvalidInput("Give a password, or an address to invite.", field="password")
    domain = verified_domain(domain_id, actor=actor)
    mailbox = Mailbox(
        public_id=ids.uuid7(),
        domain=domain,
        local_part=(local := local_part_of(local_part)),
        address=f"{local}@{domain.name}",
        display_name=" ".join(display_name.split())[:100],
    )
    hashed = NO_PASSWORD
    if invite is not None:
        inviting.prepare(mailbox, invite=invite)
    elif password is not None:
        hashed = _hashed(password, mailbox=mailbox)
    with transaction.atomic():
        domains.keep_verified(domain)
        if not take_address(mailbox.address):
            raise MailboxExists(field="local_part")
        _save(mailbox, hashed)
        told = ["mailbox.created"]
        if invite is not None:
            inviting.count(mailbox)
            told.append("mailbox.invited")
        tell(*told, mailbox=mailbox, actor=actor)
        require("mailboxes")  # last: it is what others who make some wait for
    return mailbox


def suspend_mailbox(*, actor: Actor, mailbox_id: UUID) -> Mailbox:
    """Its owner cannot log in or send; mail is still received. Raises NotAllowed, NotFound."""
    return _set_state(
        actor=actor,
        mailbox_id=mailbox_id,
        state=LoginState.SUSPENDED,
        event="mailbox.suspended",
    )


def resume_mailbox(*, actor: Actor, mailbox_id: UUID) -> Mailbox:
    """Let the owner in again. Raises NotAllowed, NotFound."""
    return _set_state(
        actor=actor, mailbox_id=mailbox_id, state=LoginState.ACTIVE, event="mailbox.resumed"
    )


@transaction.atomic
def _set_state(*, actor: Actor, mailbox_id: UUID, state: LoginState, event: str) -> Mailbox:
    authorise(actor, "mailboxes.write")
    mailbox = selectors.get_seen(mailbox_id, actor=actor)
    domains.keep_held(mailbox.domain)
    # The condition makes a repeat silent: one change, one event.
    standing = Mailbox.objects.filter(pk=mailbox.pk, deleted_at=None)
    if standing.exclude(state=state).update(state=state):
        directory.set_login_state(mailbox.public_id, state)
        mailbox.state = state
        tell(event, mailbox=mailbox, actor=actor)
    return mailbox


def _hashed(password: str, *, mailbox: Mailbox) -> str:
    """Slow by intent, so outside the transaction, and not for an address that is taken anyway."""
    if selectors.list_mailboxes().filter(address=mailbox.address).exists():
        raise MailboxExists(field="local_part")
    check_password(password)
    return passwords.hash_for_dovecot(password)


def _save(mailbox: Mailbox, password: str) -> None:
    try:
        with transaction.atomic(savepoint=False):  # the caller's fails as well
            mailbox.save(force_insert=True)
            directory.add_login(
                public_id=mailbox.public_id,
                address=mailbox.address,
                domain=mailbox.domain.name,
                organisation_id=mailbox.domain.organisation_id,
                password=password,
            )
    except IntegrityError as error:
        raise MailboxExists(field="local_part") from error
