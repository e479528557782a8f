"""Make members. Logging in and out is Django's, through `MemberBackend`."""

from uuid import UUID

from django.db import transaction

from kernel import clock, ids
from kernel.actor import SYSTEM, Actor, authorise
from kernel.outbox import audit, publish
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

OWNER_READY = "reseller.owner_ready"


def create_owner(*, email: str, password_hash: str) -> Member:
    """The current reseller's owner, made once; tells `reseller.owner_ready`.

    The hash comes from the sign-up form: the clear password was never kept.
    """
    with transaction.atomic():
        owner, is_new = Member.objects.get_or_create(
            email=email, defaults={"role": Role.OWNER, "password": password_hash}
        )
        subject = ids.to_public("mem", owner.public_id)
        if is_new:
            audit("member.create", subject=subject, actor=SYSTEM, data={"role": owner.role})
        publish(OWNER_READY, subject=subject)
    return owner


def invite_owner(*, email: str) -> Member:
    """The same of a reseller that the operator made: by a mail, in which a password is chosen."""
    with transaction.atomic():
        owner = Member.objects.filter(email=email).first()
        if owner is None:
            owner = invite_member(actor=SYSTEM, email=email, role=Role.OWNER)
        publish(OWNER_READY, subject=owner.reference)
    return owner


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
    standing.lock()
    if selectors.list_owners():
        raise OwnerThere
    before = Member.objects.filter(role=Role.OWNER)
    latest = clock.now() - AGAIN_AFTER
    if before.filter(email=text.clean_email(email), invited_at__gt=latest).exists():
        raise InvitedLately
    before.delete()
    owner = invite_member(actor=SYSTEM, email=email, role=Role.OWNER)
    resellers.set_owner_email(reseller_id=current_reseller_id(), email=owner.email)
    return owner


def ensure_operator_member(*, email: str, password: str) -> Member:
    """The operator's own login on the platform host; a second call sets the password again."""
    address = email.strip().lower()
    member = Member.objects.filter(email=address).first() or Member(email=address)
    member.role = Role.OPERATOR
    if not member.password or not member.check_password(password):
        member.set_password(password)
    member.save()
    return member
