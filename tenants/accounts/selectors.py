"""Read members, and turn one into the actor that services ask for."""

from uuid import UUID

from django.db.models import Case, QuerySet, Value, When

from kernel import clock, ids
from kernel.actor import Actor, ActorKind
from tenants.accounts.models import Member, MemberState, Role
from tenants.organisations.selectors import list_organisations


def actor_of(member: Member, *, reseller_id: UUID) -> Actor:
    """A logged-in member as the caller of services."""
    is_operator = member.role == Role.OPERATOR
    return Actor(
        kind=ActorKind.OPERATOR if is_operator else ActorKind.MEMBER,
        id=str(member.public_id),
        reseller=None if is_operator else reseller_id,
        role=member.role,
        organisation=member.organisation_id,
    )


def list_seen(actor: Actor) -> QuerySet[Member]:
    """Who exists for this actor, oldest first, the invited too; `standing` is the state as a column."""
    standing = Case(
        When(invitation_hash__gt="", then=Value(MemberState.INVITED)),
        When(is_active=True, then=Value(MemberState.ACTIVE)),
        default=Value(MemberState.INACTIVE),
    )
    found = Member.objects.annotate(standing=standing).order_by("public_id")
    if actor.organisation is None:
        return found
    return found.filter(organisation_id=actor.organisation)


def get_seen(member_id: UUID, *, actor: Actor) -> Member:
    """One of them by the public id; raises NotFound."""
    found = list_seen(actor).filter(public_id=member_id).first()
    if found is None:
        raise ids.missing("mem")
    return found


def find_let_in(**known: object) -> Member | None:
    """Who may log in here, by a unique column; nobody whose organisation is gone."""
    found = Member.objects.filter(is_active=True, **known).first()
    return found if found is not None and _is_at_home(found) else None


def _is_at_home(member: Member) -> bool:
    organisation = member.organisation_id
    return organisation is None or list_organisations(organisation_id=organisation).exists()


def find_invited(invitation: str, *, for_update: bool = False) -> Member | None:
    """Whose invitation this is (the hash of its token), while it is good."""
    rows = Member.objects.select_for_update() if for_update else Member.objects.all()
    good = rows.filter(invitation_hash=invitation, invitation_expires_at__gt=clock.now())
    found = good.first() if invitation else None
    return found if found is not None and _is_at_home(found) else None


def list_owners() -> list[str]:
    """The addresses of the owners who may log in, the oldest member first."""
    rows = Member.objects.filter(role=Role.OWNER, is_active=True)
    return list(rows.order_by("public_id").values_list("email", flat=True))


def list_addresses(*roles: Role) -> list[str]:
    """Where members in these roles are written to, those of the whole reseller."""
    found = Member.objects.filter(is_active=True, role__in=roles, organisation_id=None)
    found = found.order_by("email")
    return list(found.values_list("email", flat=True))
