"""Why a hold is not placed or lifted."""

from kernel.errors import Conflict, InvalidInput


class HoldInvalid(InvalidInput):
    """The hold's kind, scopes, reason or end is not valid; `detail["field"]` says which."""

    code = "hold.invalid"


class HoldStands(Conflict):
    """A hold of this kind stands on it already."""

    code = "hold.stands"


class HoldOfOperator(Conflict):
    """The operator of the platform placed this hold; only they lift it."""

    code = "hold.of_operator"


class HoldOfReseller(Conflict):
    """The reseller placed this hold; only they lift it."""

    code = "hold.of_reseller"
