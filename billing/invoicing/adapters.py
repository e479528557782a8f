"""Collection providers by name."""

from billing.invoicing.ports import CollectionProvider, Demand


class ManualCollection:
    """The operator sends the invoice and books the payment outside of Livery."""

    name = "manual"

    def demand(self, demand: Demand) -> str:
        """Nothing to call: the payer quotes the invoice's number."""
        return demand.number


PROVIDERS: dict[str, CollectionProvider] = {"manual": ManualCollection()}
