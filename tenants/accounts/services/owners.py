"""Make members. Logging in and out is Django's, through `MemberBackend`."""

from django.db import transaction

from kernel import ids
from kernel.actor import SYSTEM
from kernel.outbox import audit, publish
from tenants.accounts.models import Member, Role
from tenants.accounts.services.inviting import invite_member

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


def ensure_operator_member(*, email: str, password: str) -> Member:
    """The operator's own login on the platform host; a second call sets the password again."""
    address = email.strip().lower()
    member = Member.objects.filter(email=address).first() or Member(email=address)
    member.role = Role.OPERATOR
    if not member.password or not member.check_password(password):
        member.set_password(password)
    member.save()
    return member
