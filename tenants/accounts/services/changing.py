"""Change, shut out and remove members; what they are logged in to ends with the next request."""

from uuid import UUID

from django.db import transaction

from kernel import clock
from kernel.actor import Actor
from tenants.accounts.errors import NotJoined
from tenants.accounts.models import Member, MemberState, Role
from tenants.accounts.services import standing
from tenants.accounts.services.inviting import check_role, line


@transaction.atomic
def change_member(
    *,
    actor: Actor,
    member_id: UUID,
    role: str | None = None,
    name: str | None = None,
    is_active: bool | None = None,
) -> Member:
    """What is None stays; raises NotAllowed, BeyondRole, NotFound, InvalidInput, LastOwner, NotJoined.

    Who is shut out is logged in nowhere, also after being let in again.
    """
    standing.authorise_people(actor)
    owners = standing.lock()
    member = standing.locked(member_id, actor)
    standing.authorise_change(actor, member.role, organisation=member.organisation_id)
    was_owner, before = _owns(member), _kept(member)
    if role is not None:
        check_role(role, organisation=member.organisation_id)
        standing.authorise_change(actor, role, organisation=member.organisation_id)
        member.role = role
    if name is not None:
        member.name = line(name)
    if is_active is not None and is_active != member.is_active:
        if member.state is MemberState.INVITED:
            raise NotJoined
        member.is_active = is_active
        member.shut_out_at = member.shut_out_at if is_active else clock.now()
    if was_owner and not _owns(member):
        standing.keep_an_owner(member, owners)
    if _kept(member) != before:
        member.save(update_fields=["role", "name", "is_active", "shut_out_at"])
        standing.tell("member.changed", member=member, actor=actor)
    return member


@transaction.atomic
def remove_member(*, actor: Actor, member_id: UUID) -> None:
    """No login and no open invitation any more; raises NotAllowed, BeyondRole, NotFound, LastOwner."""
    standing.authorise_people(actor)
    owners = standing.lock()
    member = standing.locked(member_id, actor)
    standing.authorise_change(actor, member.role, organisation=member.organisation_id)
    if _owns(member):
        standing.keep_an_owner(member, owners)
    standing.tell("member.removed", member=member, actor=actor)
    member.delete()


def _owns(member: Member) -> bool:
    return member.role == Role.OWNER and member.is_active


def _kept(member: Member) -> tuple[str, str, bool]:
    return member.role, member.name, member.is_active
