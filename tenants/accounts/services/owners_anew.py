"""Invite whoever is to own a portal again, as long as nobody does."""

from uuid import UUID

from django.db import transaction

from kernel import clock, ids
from kernel.actor import SYSTEM, Actor, authorise
from kernel.outbox import audit
from kernel.tenancy import current_reseller_id, in_schema
from tenants.accounts import selectors
from tenants.accounts.errors import InvitedLately, OwnerThere
from tenants.accounts.models import Member, Role
from tenants.accounts.services import standing
from tenants.accounts.services.inviting import AGAIN_AFTER, invite_member
from tenants.resellers import services as resellers
from tenants.resellers import text
from tenants.resellers.errors import ResellerNotActive
from tenants.resellers.selectors import get_reseller, is_active


@transaction.atomic
def invite_owner_of(*, actor: Actor, reseller_id: UUID, email: str | None = None) -> Member:
    """The operator's new link for who is to own a reseller; without `email` to the address of before.

    The operator's audit log says who asked; in the reseller's it is the platform that invites. Raises
    NotAllowed, NotFound, ResellerNotActive, and what `invite_owner_anew` raises.
    """
    authorise(actor, "resellers.write")
    reseller = get_reseller(reseller_id)
    if not is_active(reseller_id):
        raise ResellerNotActive
    with in_schema(reseller.schema_name):
        owner = invite_owner_anew(email=email or reseller.owner_email)
    audit("reseller.owner_invited", subject=ids.to_public("res", reseller_id), actor=actor)
    return owner


@transaction.atomic
def invite_owner_anew(*, email: str) -> Member:
    """A new link, also to another address, while nobody owns the current reseller's portal.

    Whoever was invited as its owner before is not any more. Raises InvalidEmail, OwnerThere,
    MemberExists (invited in another role), InvitedLately, TooManyInvitations.
    """
    standing.lock_ownership()
    before = Member.objects.filter(role=Role.OWNER, is_active=False, invitation_hash__gt="")
    # Locked: who is just joining is waited for, and is an owner then.
    before = before.filter(pk__in=[one.pk for one in before.select_for_update().order_by("pk")])
    if selectors.list_owners():
        raise OwnerThere
    latest = clock.now() - AGAIN_AFTER
    if before.filter(email=text.clean_email(email), invited_at__gt=latest).exists():
        raise InvitedLately
    before.delete()
    owner = invite_member(actor=SYSTEM, email=email, role=Role.OWNER)
    resellers.set_owner_email(reseller_id=current_reseller_id(), email=owner.email)
    return owner
