"""Why a period cannot be closed, and how collecting can fail."""

from kernel.errors import Conflict, PermanentError, TransientError


class NothingToBill(Conflict):
    """Nothing was used since the subscription began, so there is no invoice."""

    code = "billing.nothing_to_bill"


class TransientCollectionError(TransientError):
    """The collection provider could not answer now."""


class PermanentCollectionError(PermanentError):
    """The collection provider refused for good."""
