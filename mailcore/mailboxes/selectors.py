"""Read mailboxes and aliases."""

from uuid import UUID

from django.db.models import QuerySet

from kernel import clock, ids
from kernel.actor import Actor
from mailcore.directory.models import AppPassword
from mailcore.mailboxes.models import Alias, Mailbox


def list_mailboxes(
    *, organisation_id: UUID | None = None, domain_id: UUID | None = None
) -> QuerySet[Mailbox]:
    """Every mailbox, oldest first, with its domain; of one organisation or domain when named."""
    found = _with_deleted(organisation_id=organisation_id, domain_id=domain_id)
    return found.filter(deleted_at=None)


def _with_deleted(*, organisation_id: UUID | None, domain_id: UUID | None) -> QuerySet[Mailbox]:
    found = Mailbox.objects.select_related("domain").order_by("public_id")
    if organisation_id is not None:
        found = found.filter(domain__organisation_id=organisation_id)
    return found if domain_id is None else found.filter(domain__public_id=domain_id)


def list_deleted(actor: Actor) -> QuerySet[Mailbox]:
    """The deleted ones that this actor can bring back."""
    found = _with_deleted(organisation_id=actor.organisation, domain_id=actor.domain)
    return found.exclude(deleted_at=None)


def list_seen(actor: Actor) -> QuerySet[Mailbox]:
    """The mailboxes that exist for this actor: all, its organisation's or its domain's."""
    return list_mailboxes(organisation_id=actor.organisation, domain_id=actor.domain)


def get_seen(mailbox_id: UUID, *, actor: Actor) -> Mailbox:
    """One of them by its public id; raises NotFound."""
    found = list_seen(actor).filter(public_id=mailbox_id).first()
    if found is None:
        raise ids.missing("mbx")
    return found


def find_invited(invitation: str, *, for_update: bool = False) -> Mailbox | None:
    """Whose invitation this is (the hash of its token), while it is good."""
    good = list_mailboxes().filter(
        invitation_hash=invitation, invitation_expires_at__gt=clock.now()
    )
    rows = good.select_for_update(of=("self",)) if for_update else good
    return rows.first() if invitation else None


def get_mailbox(mailbox_id: UUID, *, organisation_id: UUID | None = None) -> Mailbox:
    """One by its public id; raises NotFound, also for one of another organisation."""
    found = list_mailboxes(organisation_id=organisation_id).filter(public_id=mailbox_id).first()
    if found is None:
        raise ids.missing("mbx")
    return found


def count_mailboxes() -> int:
    """How many mailboxes the reseller has."""
    return list_mailboxes().count()


def list_aliases(
    *, organisation_id: UUID | None = None, domain_id: UUID | None = None
) -> QuerySet[Alias]:
    """Every alias, oldest first, with its domain; of one organisation or domain when named."""
    found = Alias.objects.select_related("domain").order_by("public_id")
    if organisation_id is not None:
        found = found.filter(domain__organisation_id=organisation_id)
    return found if domain_id is None else found.filter(domain__public_id=domain_id)


def list_seen_aliases(actor: Actor) -> QuerySet[Alias]:
    """The aliases that exist for this actor: all, its organisation's or its domain's."""
    return list_aliases(organisation_id=actor.organisation, domain_id=actor.domain)


def get_seen_alias(alias_id: UUID, *, actor: Actor, for_update: bool = False) -> Alias:
    """One of them by its public id; raises NotFound."""
    rows = list_seen_aliases(actor).filter(public_id=alias_id)
    found = (rows.select_for_update(of=("self",)) if for_update else rows).first()
    if found is None:
        raise ids.missing("als")
    return found


def list_app_passwords(mailbox_id: UUID) -> QuerySet[AppPassword]:
    """Those of one mailbox, oldest first."""
    return AppPassword.objects.filter(mailbox_id=mailbox_id).order_by("public_id")
