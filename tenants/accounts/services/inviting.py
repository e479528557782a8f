"""Invitations: a link by mail, good once and for a week; of its token only a hash is kept."""

import secrets
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from kernel import clock
from kernel.actor import ORGANISATION_ROLES, Actor
from kernel.errors import InvalidInput
from kernel.tenancy import current_reseller_id
from tenants.accounts.errors import (
    AlreadyJoined,
    InvitedLately,
    MemberExists,
    TooManyInvitations,
)
from tenants.accounts.models import Member, MemberState, Role
from tenants.accounts.services import standing
from tenants.organisations.selectors import get_organisation
from tenants.resellers import services as resellers
from tenants.resellers import text
from tenants.resellers.states import InvitationPurpose
from tenants.resellers.tokens import hash_token

INVITED = "member.invited"
LIFETIME = timedelta(days=7)
#: Links that are good, and mails in a day: a portal is no way to write to strangers.
MOST_OPEN, MOST_A_DAY = 50, 100
#: Where organisations invite their own people, so much of both is left to the reseller.
KEPT = 0.5
#: Mails in a day to one person, also when the invitation is taken back and made anew.
MOST_TO_ONE = 3
AGAIN_AFTER = timedelta(minutes=10)
#: The operator's staff are members elsewhere.
ROLES = tuple(role for role in Role if role is not Role.OPERATOR)


@transaction.atomic
def invite_member(
    *, actor: Actor, email: str, role: str, name: str = "", organisation: UUID | None = None
) -> Member:
    """Somebody who may join; the mail with the link leaves with the transaction.

    Who belongs to an organisation invites into it alone. Raises NotAllowed, BeyondRole, NotFound
    (organisation), InvalidInput, InvalidEmail, MemberExists, TooManyInvitations.
    """
    standing.authorise_people(actor)
    organisation = organisation or actor.organisation
    if organisation is not None:
        get_organisation(organisation, organisation=actor.organisation)
    check_role(role, organisation=organisation)
    standing.authorise_change(actor, role, organisation=organisation)
    member = Member(
        email=text.clean_email(email),
        name=line(name),
        role=role,
        organisation_id=organisation,
        is_active=False,
        created_at=clock.now(),
    )
    member.set_unusable_password()
    standing.lock()
    known = MemberExists(field="email")
    is_known = Member.objects.filter(email=member.email).exists()
    if is_known and actor.organisation is None:
        raise known
    # An organisation's people see their own members alone: they hear of others as long as they may write.
    _keep_few_open(actor)
    _count(member, actor)
    if is_known:
        raise known
    token = _renew(member)
    try:
        with transaction.atomic():
            member.save(force_insert=True)
    except IntegrityError as error:  # the owner who signed up is made without the lock
        raise known from error
    _send(member, token, actor)
    return member


@transaction.atomic
def invite_again(*, actor: Actor, member_id: UUID) -> Member:
    """A new link; the one before is dead.

    Raises NotAllowed, BeyondRole, NotFound, AlreadyJoined, InvitedLately, TooManyInvitations.
    """
    standing.authorise_people(actor)
    standing.lock()
    member = standing.locked(member_id, actor)
    standing.authorise_change(actor, member.role, organisation=member.organisation_id)
    if member.state is not MemberState.INVITED:
        raise AlreadyJoined
    if member.invited_at is not None and member.invited_at > clock.now() - AGAIN_AFTER:
        raise InvitedLately
    _keep_few_open(actor, beside=member)
    _count(member, actor)
    token = _renew(member)
    member.save(update_fields=["invitation_hash", "invited_at", "invitation_expires_at"])
    _send(member, token, actor)
    return member


def check_role(role: str, *, organisation: UUID | None) -> None:
    """Raises InvalidInput for what is no role of a reseller's people, or of an organisation's."""
    if role not in ROLES:
        raise InvalidInput("There is no such role.", field="role")
    if organisation is not None and role not in ORGANISATION_ROLES:
        raise InvalidInput("Nobody has this role in an organisation.", field="role")


def line(name: str) -> str:
    """A name on one line; raises InvalidInput."""
    cleaned = text.clean_line(name)
    if len(cleaned) > 100:
        raise InvalidInput("A name has at most 100 characters.", field="name")
    return cleaned


def _share(most: int, actor: Actor) -> int:
    return most if actor.organisation is None else int(most * KEPT)


def _keep_few_open(actor: Actor, *, beside: Member | None = None) -> None:
    """Raises TooManyInvitations; a link that is too old is not open any more."""
    good = Member.objects.filter(invitation_hash__gt="", invitation_expires_at__gt=clock.now())
    others = good if beside is None else good.exclude(pk=beside.pk)
    if others.count() >= _share(MOST_OPEN, actor):
        raise TooManyInvitations


def _renew(member: Member) -> str:
    token, now = secrets.token_urlsafe(32), clock.now()
    member.invitation_hash = hash_token(token)
    member.invited_at, member.invitation_expires_at = now, now + LIFETIME
    return token


def _count(member: Member, actor: Actor) -> None:
    """Raises TooManyInvitations where a mail would be one too many in a day."""
    if not resellers.count_invitation(
        purpose=InvitationPurpose.MEMBER,
        address=member.email,
        to_one=MOST_TO_ONE,
        in_all=_share(MOST_A_DAY, actor),
    ):
        raise TooManyInvitations


def _send(member: Member, token: str, actor: Actor) -> None:
    resellers.write_to(
        reseller_id=current_reseller_id(),
        address=member.email,
        template="member_invited",
        page=f"join/{token}/",
        context={"days": LIFETIME.days},
    )
    standing.tell(INVITED, member=member, actor=actor)
