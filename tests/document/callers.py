"""Who calls in these tests."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls: a host and the secret of a key that is good there, or not."""

    host: str
    secret: str

    def at(self, host: str) -> "Caller":
        """The same key elsewhere."""
        return replace(self, host=host)
