"""App passwords: one for each program, so that one of them can be taken away."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel import clock, ids
from kernel.actor import Actor, authorise
from kernel.crypto import Secret
from kernel.errors import InvalidInput
from kernel.outbox import audit, publish
from kernel.tenancy import current_reseller_id
from mailcore.directory import services as directory
from mailcore.directory.models import AppPassword
from mailcore.directory.states import AppScope
from mailcore.domains import selectors as domains
from mailcore.mailboxes import selectors
from mailcore.mailboxes.errors import TooManyAppPasswords
from mailcore.mailboxes.models import Mailbox

MOST = 50
#: Seven groups of four: 140 random bits, so one round of SHA-256 keeps them.
_GROUPS, _LETTERS = 7, 4
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


@transaction.atomic
def create_app_password(
    *,
    actor: Actor,
    mailbox_id: UUID,
    name: str,
    scopes: Iterable[str] = tuple(AppScope.values),
    expires_at: datetime | None = None,
) -> tuple[AppPassword, Secret]:
    """A password for one program and its text, which is not kept: only here can it be shown.

    Raises NotAllowed, NotFound (mailbox), InvalidInput, TooManyAppPasswords.
    """
    authorise(actor, "mailboxes.write")
    mailbox = selectors.get_seen(mailbox_id, actor=actor)
    domains.keep_held(mailbox.domain)
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= set(AppScope.values):
        raise InvalidInput("Scopes are imap, pop3 and smtp.", field="scopes")
    if expires_at is not None and expires_at <= clock.now():
        raise InvalidInput("The end lies in the past.", field="expires_at")
    directory.lock_address(mailbox.address)
    if selectors.list_app_passwords(mailbox_id).count() >= MOST:
        raise TooManyAppPasswords
    secret = _new_secret()
    made = AppPassword(
        public_id=ids.uuid7(),
        reseller_id=current_reseller_id(),
        mailbox_id=mailbox_id,
        name=_name(name),
        scopes=wanted,
        secret_hash=hash_of(secret),
        expires_at=expires_at,
    )
    made.save(force_insert=True)
    _tell("app_password.created", made, mailbox, actor)
    return made, secret


@transaction.atomic
def delete_app_password(*, actor: Actor, mailbox_id: UUID, app_password_id: UUID) -> None:
    """Nobody logs in with it any more; raises NotAllowed, NotFound."""
    authorise(actor, "mailboxes.write")
    mailbox = selectors.get_seen(mailbox_id, actor=actor)
    domains.keep_held(mailbox.domain)
    found = selectors.list_app_passwords(mailbox_id).filter(public_id=app_password_id).first()
    if found is None:
        raise ids.missing("asp")
    found.delete()
    _tell("app_password.deleted", found, mailbox, actor)


def hash_of(secret: str) -> str:
    """What is kept, and what Dovecot asks for."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _new_secret() -> Secret:
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)) for _ in range(_GROUPS))
    return Secret("-".join(groups))


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not 1 <= len(name) <= 100:
        raise InvalidInput("A name has 1 to 100 characters.", field="name")
    return name


def _tell(event: str, made: AppPassword, mailbox: Mailbox, actor: Actor) -> None:
    data: dict[str, object] = {"address": mailbox.address, "name": made.name}
    audit(event, subject=made.reference, actor=actor, data={**data, "scopes": made.scopes})
    publish(
        event,
        subject=made.reference,
        data={
            "app_password_id": str(made.public_id),
            "mailbox_id": str(mailbox.public_id),
            "organisation_id": str(mailbox.domain.organisation_id),
            **data,
        },
        actor=actor,
    )
