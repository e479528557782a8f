"""The door to whoever collects the money of an invoice."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is asked for: an issued invoice, in minor units of its currency."""

    invoice_id: UUID
    number: str
    reseller_id: UUID
    currency: str
    total_minor: int


class CollectionProvider(Protocol):
    """Asks a reseller for money; the same demand twice is one demand."""

    @property
    def name(self) -> str:
        """What `Invoice.provider` says."""

    def demand(self, demand: Demand) -> str:
        """Ask for payment; the provider's reference.

        Raises TransientCollectionError or PermanentCollectionError.
        """
