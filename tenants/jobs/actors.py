"""Who asked for a job, as its row keeps it; whether they still may is looked at before each turn."""

from collections.abc import Mapping
from uuid import UUID

from kernel.actor import Actor, ActorKind


def keep(actor: Actor) -> dict[str, object]:
    """The actor as JSON."""
    return {
        **actor.as_json(),
        "role": actor.role,
        "scopes": sorted(actor.scopes),
        "reseller": _text(actor.reseller),
        "organisation": _text(actor.organisation),
        "domain": _text(actor.domain),
    }


def read(kept: Mapping[str, object]) -> Actor:
    """The actor as it was."""
    scopes = kept["scopes"]
    assert isinstance(scopes, list)
    return Actor(
        kind=ActorKind(str(kept["kind"])),
        id=str(kept["id"]),
        role=str(kept["role"]),
        scopes=frozenset(scopes),
        reseller=_id(kept["reseller"]),
        organisation=_id(kept["organisation"]),
        domain=_id(kept["domain"]),
    )


def _text(identifier: UUID | None) -> str | None:
    return str(identifier) if identifier else None


def _id(text: object) -> UUID | None:
    return UUID(str(text)) if text else None
