"""What is not said in a request, as against what is said to be nothing."""

from enum import Enum


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "unset"


UNSET = Unset.UNSET
