"""Who acts, and what they may do: one role × action table (foundations 13)."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from kernel.errors import NotAllowed


class ActorKind(StrEnum):
    """What kind of party acts."""

    MEMBER = "member"
    API_KEY = "api_key"
    OPERATOR = "operator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who calls a service: kind, id, reseller (None for the operator) and role or scopes.

    With `organisation` set, everything of other organisations is as if it did not exist, and people
    have no right of OF_RESELLER; with `domain` too (its organisation is set then), everything that is
    not of this domain does not exist. `maker` is
    the key that made this one; `by_old_secret` says that it came by a secret that was replaced.
    An operator's key is of kind OPERATOR, without a role.
    """

    kind: ActorKind
    id: str
    reseller: UUID | None = None
    role: str = ""
    scopes: frozenset[str] = field(default_factory=frozenset)
    organisation: UUID | None = None
    domain: UUID | None = None
    maker: str | None = None
    by_old_secret: bool = False

    def as_json(self) -> dict[str, str]:
        """What audit rows and events keep of an actor."""
        return {"kind": self.kind, "id": self.id}


SYSTEM = Actor(kind=ActorKind.SYSTEM, id="system")

_READ = frozenset(
    {
        "domains.read",
        "events.read",
        "holds.read",
        "jobs.read",
        "mail_hosts.read",
        "mailboxes.read",
        "messages.read",
        "organisations.read",
        "streams.read",
        "suppressions.read",
        "webhooks.read",
    }
)
_MAIL = _READ | {
    "domains.write",
    "holds.write",
    "jobs.write",
    "mail_hosts.write",
    "mailboxes.write",
    "messages.send",
    "organisations.write",
    "streams.write",
    "suppressions.write",
    "webhooks.write",
}
_KEYS = frozenset({"api_keys.read", "api_keys.write"})
_MONEY = frozenset({"usage.read", "invoices.read"})
_PEOPLE = frozenset({"members.read", "members.write"})
#: Who has it makes, changes and removes owners and admins too; nobody but an owner does.
OWNERS = "owners.write"
#: A domain leaves with all its mail, and nobody can call it back.
HAND_OVER = "domains.hand_over"

#: role → what it may do. An API key carries its actions as scopes instead.
ROLE_ACTIONS: dict[str, frozenset[str]] = {
    "owner": _MAIL | _MONEY | _KEYS | _PEOPLE | {HAND_OVER, OWNERS, "audit.read", "brand.write"},
    "admin": _MAIL | _MONEY | _KEYS | _PEOPLE | {HAND_OVER, "audit.read", "brand.write"},
    "billing": _MONEY,
    "support": _READ | {"jobs.write", "mailboxes.write"},
    "read_only": _READ | _MONEY,
    "operator": frozenset(
        {
            "audit.read",
            "holds.read",
            "holds.write",
            "nodes.read",
            "nodes.write",
            "operator_keys.write",
            "periods.close",
            "plans.read",
            "plans.write",
            "queue.read",
            "queue.write",
            "resellers.read",
            "resellers.write",
            "usage.read",
        }
    ),
}

#: What is the whole reseller's, and no business of who belongs to one of its organisations.
OF_RESELLER = _MONEY | {
    HAND_OVER,
    OWNERS,
    "audit.read",
    "brand.write",
    "holds.write",
    "mail_hosts.read",
    "mail_hosts.write",
    "streams.read",
    "streams.write",
    "suppressions.read",
    "suppressions.write",
    "webhooks.read",
    "webhooks.write",
}
#: The roles in an organisation; of the others nothing, or too much, would be left there.
ORGANISATION_ROLES = ("admin", "support", "read_only")


def may(actor: Actor, action: str) -> bool:
    """Whether this actor may do `action` (a `noun.verb` of the table)."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    # People have their rights by a role; keys, a reseller's and the operator's, carry theirs.
    if actor.role:
        return action in _rights(actor.role, is_bound=actor.organisation is not None)
    return action in actor.scopes


def may_handle(actor: Actor, role: str, *, organisation: UUID | None) -> bool:
    """Whether this actor may give `role`, in an organisation or the whole reseller, or change who has it.

    It has to be within the actor's own organisation, and have fewer rights than the actor.
    """
    if actor.organisation not in {None, organisation}:
        return False
    if may(actor, OWNERS):
        return True
    is_bound = actor.organisation is not None
    own = _rights(actor.role, is_bound=is_bound) if actor.role else actor.scopes
    # A key that is bound may carry rights that open nothing to it.
    own = own - OF_RESELLER if is_bound else own
    return _rights(role, is_bound=organisation is not None) < own


def _rights(role: str, *, is_bound: bool) -> frozenset[str]:
    rights = ROLE_ACTIONS.get(role, frozenset())
    return rights - OF_RESELLER if is_bound else rights


def authorise(actor: Actor, action: str) -> None:
    """Raise NotAllowed unless the actor may do `action`."""
    if not may(actor, action):
        raise NotAllowed(f"This needs the right “{action}”.", action=action)
