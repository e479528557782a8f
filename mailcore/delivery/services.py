"""Acceptance from inside the product: mail that a service sends, in its own transaction."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from uuid import UUID

import psycopg
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction

from kernel import ids, keys
from kernel.errors import InvalidInput
from kernel.tenancy import current_reseller_id
from mailcore.delivery import return_paths
from mailcore.delivery.accept.batch import (
    ACCEPT,
    KNOWN,
    Batch,
    Known,
    addresses_of,
    domain_of,
    questions,
)
from mailcore.delivery.accept.bell import Bell
from mailcore.delivery.accept.submission import Owner, Recipient, Stream, Submission
from mailcore.delivery.streams.bulk import Preparation
from mailcore.protocol import headers, line_ends, sender_rule

#: Messages in one statement.
_AT_ONCE = 100


def accept_message(
    submission: Submission, *, reseller_id: UUID, organisation_id: UUID | None = None
) -> UUID:
    """Store a message for delivery, in the caller's transaction; the message's id.

    Row-level security binds the caller to its own reseller. Bulk mail is completed, or refused
    with an error of `streams.errors`.
    """
    (message_id,) = accept_messages(
        [submission], reseller_id=reseller_id, organisation_id=organisation_id
    )
    return message_id


def accept_messages(
    submissions: Sequence[Submission], *, reseller_id: UUID, organisation_id: UUID | None = None
) -> list[UUID]:
    """Store many messages of one sender at a fraction of the cost of one by one: all, or none.

    The egress node is woken after the commit; who calls does not wait for that.
    """
    bulk = Preparation(reseller_id=reseller_id)
    prepared = [bulk.prepare(s) if s.stream is Stream.BULK else s for s in submissions]
    store_prepared([(s, organisation_id) for s in prepared], reseller_id=reseller_id)
    return [submission.id for submission in prepared]


def store_prepared(given: Sequence[tuple[Submission, UUID | None]], *, reseller_id: UUID) -> None:
    """Store messages, each with the organisation that it belongs to: all, or none.

    Bulk mail among them has been through `streams.bulk.Preparation`.
    """
    key_id, key = keys.current_key(reseller_id)
    owned = [
        (s, Owner(reseller_id=reseller_id, organisation_id=organisation, key_id=key_id, key=key))
        for s, organisation in given
    ]
    with transaction.atomic():
        for start in range(0, len(owned), _AT_ONCE):
            _store(owned[start : start + _AT_ONCE])
    transaction.on_commit(_bell().ring)


def accept_bulk(
    submission: Submission, *, reseller_id: UUID, organisation_id: UUID | None = None
) -> list[UUID]:
    """Accept a message of its own for each recipient of a bulk mailing: all, or none."""
    each = [
        replace(submission, id=ids.uuid7(), recipients=(recipient,))
        for recipient in submission.recipients
    ]
    return accept_messages(each, reseller_id=reseller_id, organisation_id=organisation_id)


def send_system_mail(message: EmailMessage) -> list[UUID]:
    """Accept one message per recipient, each with a return path of its own; the messages' ids."""
    addresses = sender_rule.addresses_in(str(message.message()["From"]))
    if not addresses or len(addresses) != 1:
        raise InvalidInput("System mail has one sender.", field="from_email")
    from_domain = domain_of(addresses[0])
    reseller_id = current_reseller_id()
    return [
        accept_message(
            _system_submission(message, recipient=address, from_domain=from_domain),
            reseller_id=reseller_id,
        )
        for address in message.recipients()
    ]


def _system_submission(message: EmailMessage, *, recipient: str, from_domain: str) -> Submission:
    to = Recipient(address=recipient)
    submission = Submission(
        stream=Stream.SYSTEM,
        envelope_from=return_paths.make(to.id, domain=from_domain),
        from_domain=from_domain,
        recipients=(to,),
        message=b"",
        is_smtputf8=not recipient.isascii(),
    )
    fields, rest = headers.split(line_ends.clean(message.message().as_bytes()))
    # Django's Message-ID names the machine that made it.
    kept = [field for field in fields if field.name != "message-id"]
    message_id = f"<{submission.id.hex}@{from_domain}>"
    kept.append(headers.make("Message-ID", message_id))
    if not headers.values_of(kept, "auto-submitted"):
        kept.append(headers.make("Auto-Submitted", "auto-generated"))
    return submission.with_message(headers.join(kept, rest), message_id)


def _store(owned: Sequence[tuple[Submission, Owner]]) -> None:
    # Django's own cursor sets the search path, which the row-level security goes by; a plain one
    # beside it binds on the server, so that a body travels as bytes.
    with (
        connection.cursor() as django_cursor,
        connection.wrap_database_errors,
        psycopg.Cursor(django_cursor.connection) as cursor,
    ):
        found = cursor.execute(KNOWN, questions(addresses_of([s for s, _ in owned])))
        batch = Batch(Known.of(found.fetchall()))
        for submission, owner in owned:
            batch.add(submission, owner=owner)
        cursor.execute(ACCEPT, batch.parameters())


@cache
def _bell() -> Bell:
    return Bell(url=settings.REDIS_URL, node=settings.EGRESS_NODE)
