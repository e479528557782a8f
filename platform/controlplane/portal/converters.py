"""Public ids in URLs: `dom_…` outside, UUID inside; one converter per kind."""

from uuid import UUID

from django.urls import register_converter

from kernel import ids
from kernel.errors import NotFound


class PublicId:
    """Base of the converters; `prefix` names the kind."""

    prefix = ""
    regex = "[a-z]+_[0-9a-z]{26}"

    def to_python(self, value: str) -> UUID:
        """The UUID; ValueError lets the URL not match, which answers 404."""
        try:
            return ids.from_public(self.prefix, value)
        except NotFound as error:
            raise ValueError(value) from error

    def to_url(self, value: UUID | str) -> str:
        """The public form of a UUID; a public id stays as it is."""
        return value if isinstance(value, str) else ids.to_public(self.prefix, value)


PREFIXES = (
    "als", "asp", "dkm", "dnc", "dom", "dpl", "hov", "inv", "key", "mbx", "mem", "msg", "opk", "org", "res",
    "sup", "whd", "whk",
)  # fmt: skip


def register() -> None:
    """Make `<dom:…>` and the others known to URL patterns."""
    for prefix in PREFIXES:
        kind = type(f"{prefix.title()}Id", (PublicId,), {"prefix": prefix})
        register_converter(kind, prefix)


register()
