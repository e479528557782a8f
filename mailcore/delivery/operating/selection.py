"""Which of the queue an order is about."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """All conditions together; at least one is given.

    `header` is a Message-ID with its angle brackets; `login` who submitted, `from_domain` in whose name; `domain` and `address`
    the recipient's; `held` the reason of a hold, or how it begins.
    """

    recipient: UUID | None = None
    message: UUID | None = None
    header: str | None = None
    reseller: UUID | None = None
    stream: str | None = None
    login: str | None = None
    from_domain: str | None = None
    domain: str | None = None
    address: str | None = None
    held: str | None = None

    def parameters(self) -> dict[str, Any]:
        """For statements; raises InvalidInput when nothing is selected at all."""
        if not any(value is not None for value in asdict(self).values()):
            raise InvalidInput("Say of which part of the queue: everything is never meant.")
        return asdict(self)

    @property
    def is_exact(self) -> bool:
        """Whether it names messages or recipients one by one."""
        return bool(self.recipient or self.message or self.header)

    def as_data(self) -> Mapping[str, str]:
        """What an audit row keeps of it."""
        return {name: str(value) for name, value in asdict(self).items() if value is not None}
