"""What can be wrong with a suppression, as stable codes."""

from kernel.errors import InvalidInput


class InvalidAddress(InvalidInput):
    """This is no mail address."""

    code = "suppression.address_invalid"


class InvalidStream(InvalidInput):
    """A suppression is for the whole reseller, or for one of its streams of automatic mail."""

    code = "suppression.stream_invalid"
