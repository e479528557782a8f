"""Whether one stream of one reseller spoils a source for all others."""

from collections import Counter, deque
from typing import NamedTuple
from uuid import UUID

from mailcore.delivery.shaping.tally import SLOWS, WINDOW

#: Share of the bad replies that makes a culprit, and the fewest of them.
SHARE, FEWEST = 0.6, 10
#: Replies of the others without which nobody can be told apart from the source itself.
OTHERS = 5


class Sender(NamedTuple):
    """A stream of a reseller."""

    reseller_id: UUID
    stream: str


class Blame(NamedTuple):
    """A culprit, and the share of bad replies without it."""

    sender: Sender
    bad_share: float


class Window:
    """The last replies and whose messages they were to."""

    def __init__(self) -> None:
        self._replies: deque[tuple[Sender, bool]] = deque(maxlen=WINDOW)

    def add(self, sender: Sender, *, is_bad: bool) -> None:
        """One more reply."""
        self._replies.append((sender, is_bad))

    def culprit(self) -> Blame | None:
        """Who has most of the bad replies while the others do well; None: it is the source."""
        bad = Counter(sender for sender, is_bad in self._replies if is_bad)
        if bad.total() < FEWEST:
            return None
        sender, count = bad.most_common(1)[0]
        others = [is_bad for other, is_bad in self._replies if other != sender]
        if count < SHARE * bad.total() or len(others) < OTHERS:
            return None
        bad_share = sum(others) / len(others)
        return None if bad_share >= SLOWS else Blame(sender, bad_share)

    def forget(self, sender: Sender | None = None) -> None:
        """Count these replies no more; those of all without a sender."""
        kept = [one for one in self._replies if sender is not None and one[0] != sender]
        self._replies.clear()
        self._replies.extend(kept)
