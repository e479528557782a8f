"""What can be wrong with what people say of a domain's senders."""

from kernel.errors import Conflict, InvalidInput


class InvalidSource(InvalidInput):
    """This is no name of a sender: use one that the list of senders shows."""

    code = "dmarc.source_invalid"


class TooManySources(Conflict):
    """So many senders are marked already: take some back first."""

    code = "dmarc.too_many_sources"
