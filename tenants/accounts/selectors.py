"""Read members, and turn one into the actor that services ask for."""

from uuid import UUID

from kernel.actor import Actor, ActorKind
from tenants.accounts.models import Member, Role


def actor_of(member: Member, *, reseller_id: UUID) -> Actor:
    """A logged-in member as the caller of services."""
    is_operator = member.role == Role.OPERATOR
    return Actor(
        kind=ActorKind.OPERATOR if is_operator else ActorKind.MEMBER,
        id=str(member.public_id),
        reseller=None if is_operator else reseller_id,
        role=member.role,
    )


def find_member(member_id: UUID) -> Member | None:
    """Who may log in here, by the public id."""
    return Member.objects.filter(public_id=member_id, is_active=True).first()


def count_members() -> int:
    """How many people may log in here."""
    return Member.objects.filter(is_active=True).count()


def list_addresses(*roles: Role) -> list[str]:
    """Where members in these roles are written to."""
    found = Member.objects.filter(is_active=True, role__in=roles).order_by("email")
    return list(found.values_list("email", flat=True))
