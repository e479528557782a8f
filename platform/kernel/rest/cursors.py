"""Where a page ended, as text that a caller hands back."""

from dataclasses import dataclass
from uuid import UUID

from django.core.signing import BadSignature, Signer

from kernel import ids
from kernel.errors import InvalidInput, NotFound

PREFIX = "cur"
#: Longer than any that we give: an address of 320 characters, its order, an id and the signature.
_LONGEST = 2000


class InvalidCursor(InvalidInput):
    """This cursor is not one that we gave."""

    code = "invalid_cursor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The last row of a page: its id, and its text in the column that rows are ordered by."""

    id: UUID
    value: str = ""


def plain(identifier: UUID) -> str:
    """The cursor of a list in its own order: only an id."""
    return ids.to_public(PREFIX, identifier)


def read_plain(text: str | None, *, field: str = "cursor") -> UUID | None:
    """The id of a cursor that `plain` made; raises InvalidCursor, which names the parameter."""
    try:
        return ids.from_public(PREFIX, text) if text else None
    except NotFound as error:
        raise InvalidCursor(field=field) from error


def ordered(place: Place, *, order: str) -> str:
    """The cursor of a list in an order that was asked for; it holds only in that order."""
    return f"{PREFIX}_{_signer().sign_object([order, place.value, place.id.hex])}"


def read_ordered(text: str | None, *, order: str) -> Place | None:
    """The place of a cursor that `ordered` made for this order; raises InvalidCursor."""
    if not text:
        return None
    head, _, signed = text.partition("_")
    try:
        # Signed, so that nothing of it needs to be looked at with suspicion.
        given, value, identifier = _signer().unsign_object(signed[:_LONGEST])
    except BadSignature as error:
        raise InvalidCursor(field="cursor") from error
    if head != PREFIX or given != order:
        raise InvalidCursor("This cursor belongs to another order.", field="cursor")
    return Place(id=UUID(hex=identifier), value=value)


def _signer() -> Signer:
    return Signer(salt="kernel.rest.cursors")
