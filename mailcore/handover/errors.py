"""Why a domain cannot change hands."""

from kernel.errors import Conflict, InvalidInput


class HandOverOpen(Conflict):
    """This domain is offered already: withdraw that offer first."""

    code = "hand_over.open"


class TooManyOffers(Conflict):
    """There are 20 open offers from one reseller to the other: end some first."""

    code = "hand_over.too_many"


class HandOverEnded(Conflict):
    """This offer is over."""

    code = "hand_over.ended"


class DomainEntangled(Conflict):
    """Aliases lead from this domain to others, or from others to it: change them first."""

    code = "hand_over.entangled"


class UnknownReseller(InvalidInput):
    """No other portal has this host name."""

    code = "hand_over.to_unknown"


class WrongCode(InvalidInput):
    """This code is not valid, or was used already."""

    code = "hand_over.code_wrong"
