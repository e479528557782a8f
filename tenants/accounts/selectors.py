"""Read members, and turn one into the actor that services ask for."""

from uuid import UUID

from django.db.models import Case, QuerySet, Value, When

from kernel import clock
from kernel.actor import Actor, ActorKind
from kernel.errors import NotFound
from tenants.accounts.models import Member, MemberState, Role


def actor_of(member: Member, *, reseller_id: UUID) -> Actor:
    """A logged-in member as the caller of services."""
    is_operator = member.role == Role.OPERATOR
    return Actor(
        kind=ActorKind.OPERATOR if is_operator else ActorKind.MEMBER,
        id=str(member.public_id),
        reseller=None if is_operator else reseller_id,
        role=member.role,
    )


def list_members() -> QuerySet[Member]:
    """Everybody, oldest first, the invited too; `standing` is the state as a column."""
    standing = Case(
        When(invitation_hash__gt="", then=Value(MemberState.INVITED)),
        When(is_active=True, then=Value(MemberState.ACTIVE)),
        default=Value(MemberState.INACTIVE),
    )
    return Member.objects.annotate(standing=standing).order_by("public_id")


def get_member(member_id: UUID) -> Member:
    """One by the public id; raises NotFound."""
    found = list_members().filter(public_id=member_id).first()
    if found is None:
        raise NotFound
    return found


def find_member(member_id: UUID) -> Member | None:
    """Who may log in here, by the public id."""
    return Member.objects.filter(public_id=member_id, is_active=True).first()


def find_invited(invitation: str, *, for_update: bool = False) -> Member | None:
    """Whose invitation this is (the hash of its token), while it is good."""
    rows = Member.objects.select_for_update() if for_update else Member.objects.all()
    good = rows.filter(invitation_hash=invitation, invitation_expires_at__gt=clock.now())
    return good.first() if invitation else None


def list_owners() -> list[str]:
    """The addresses of the owners who may log in, the oldest member first."""
    rows = Member.objects.filter(role=Role.OWNER, is_active=True)
    return list(rows.order_by("public_id").values_list("email", flat=True))


def list_addresses(*roles: Role) -> list[str]:
    """Where members in these roles are written to."""
    found = Member.objects.filter(is_active=True, role__in=roles).order_by("email")
    return list(found.values_list("email", flat=True))
