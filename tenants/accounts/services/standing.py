"""Who may do something to whom, and that an owner is always left."""

from uuid import UUID

from django.db import connection

from kernel import ids
from kernel.actor import Actor, authorise, may_handle
from kernel.errors import NotAllowed
from kernel.outbox import audit, publish
from kernel.tenancy import current_reseller_id
from tenants.accounts.errors import BeyondRole, LastOwner
from tenants.accounts.models import Member, Role
from tenants.accounts.selectors import list_seen

READ, WRITE = "members.read", "members.write"


def authorise_people(actor: Actor) -> None:
    """Who may change anybody at all; raises NotAllowed."""
    authorise(actor, WRITE)
    # A replaced secret may be in wrong hands: whoever has it lets nobody in.
    if actor.by_old_secret:
        raise NotAllowed("This secret was replaced. Use the new one.")
    if actor.domain is not None:
        raise NotAllowed("A key of one domain has nothing to do with people.")


def authorise_change(actor: Actor, role: str, *, organisation: UUID | None) -> None:
    """Who may give a role in an organisation, or change who has it; raises NotAllowed, BeyondRole."""
    authorise_people(actor)
    if not may_handle(actor, role, organisation=organisation):
        raise BeyondRole(field="role")


def lock_ownership() -> None:
    """Until the transaction ends nobody else invites an owner of the current reseller's anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"owner:{current_reseller_id()}"],
        )


def lock() -> list[Member]:
    """The owners, locked: members are changed one after the other."""
    owners = Member.objects.select_for_update().filter(role=Role.OWNER, is_active=True)
    return list(owners.order_by("pk"))


def locked(member_id: UUID, actor: Actor) -> Member:
    """One whom the actor sees, for its transaction; raises NotFound."""
    found = list_seen(actor).select_for_update().filter(public_id=member_id).first()
    if found is None:
        raise ids.missing("mem")
    return found


def keep_an_owner(leaving: Member, owners: list[Member]) -> None:
    """Raises LastOwner when nobody but this member is one."""
    if not [owner for owner in owners if owner.pk != leaving.pk]:
        raise LastOwner


def tell(event: str, *, member: Member, actor: Actor) -> None:
    """Write the audit row and the event, in the caller's transaction.

    Who reads the audit log may have no right to see people: it has neither name nor address. The
    event has the address for our own handlers; what is told outside is chosen there.
    """
    data: dict[str, object] = {"role": member.role, "state": str(member.state)}
    audit(event, subject=member.reference, actor=actor, data=data)
    data |= {"member_id": str(member.public_id), "email": member.email}
    publish(event, subject=member.reference, data=data, actor=actor)
