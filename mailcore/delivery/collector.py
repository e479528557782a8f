"""Python's garbage collector in processes that live long and make much."""

import gc

#: Objects until a collection, of the young, and how many of those until one of the older ones.
#: A message makes some hundreds, nearly all of them freed without the collector.
YOUNG, MIDDLE, OLD = 20_000, 10, 10


def settle() -> None:
    """Spare what is alive now: it stays, and looking through it again and again stops all mail.

    Call it once, when a process has loaded what it works with.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
