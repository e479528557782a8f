"""Look at what is due, many domains beside each other, and conclude a reseller's together."""

import logging
import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from kernel.dns.ports import Exchange
from mailcore.checks import services as checks
from mailcore.checks.services import Due, Lookout
from mailcore.checks.services.lookout import Seen
from mailcore.domains.models import Domain
from mailcore.domains.services import checking
from mailcore.domains.states import DomainState
from mailcore.protocol.dns_records import Record

log = logging.getLogger(__name__)

#: So many domains are under way at most; each has a few servers and two dozen questions. With more,
#: a machine that is busy with other things answers none of them within the time of a look.
_AT_ONCE = 60
#: No less is claimed at a time while looks are under way: a claim costs two statements.
_CLAIM = 20
#: So many domains of one reseller are concluded in one transaction at most.
_TOGETHER = 30
#: While more is due, what was seen waits so long for more of the same reseller (seconds).
_GATHER = 1.0
#: It is looked again for what is due so often, at least, and for what was seen (seconds).
_AGAIN, _TURN = 1.0, 0.1


def check_due(*, until: float, exchange: Exchange | None = None) -> None:
    """Check what is due, of all resellers, until then (time.monotonic); as role worker."""
    with Lookout(exchange) as lookout:
        crowd = _Crowd(lookout)
        is_more, claim_at = True, 0.0
        while is_more or lookout.under_way or crowd.is_waiting:
            now, room = time.monotonic(), _AT_ONCE - lookout.under_way
            # While slow ones are waited for, others become due.
            if (is_more or claim_at <= now < until) and room >= _CLAIM:
                due = checks.claim_due(room, but=crowd.under_way)
                crowd.begin(due)
                is_more, claim_at = len(due) == room and now < until, now + _AGAIN
            crowd.gather(lookout.take(seconds=_TURN))
            crowd.conclude(is_more=is_more)
    crowd.tell()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    reseller_id: UUID
    domain: Domain
    at: float


class _Crowd:
    """The domains of one round: what is known of those under way, and what waits to be stored."""

    def __init__(self, lookout: Lookout) -> None:
        self._lookout = lookout
        self._due: dict[UUID, _Begun] = {}
        #: By reseller; where nothing changed, of whatever reseller.
        self._seen: defaultdict[UUID | None, list[Seen]] = defaultdict(list)
        self._since: dict[UUID | None, float] = {}
        self._took: list[float] = []

    @property
    def under_way(self) -> Collection[UUID]:
        """What is looked at or waits to be stored: what is asked of it now comes after that."""
        return self._due.keys()

    @property
    def is_waiting(self) -> bool:
        """Whether something was seen and not stored yet."""
        return bool(self._seen)

    def begin(self, due: Sequence[Due]) -> None:
        """Begin to look at these."""
        claimed = time.monotonic()
        by_reseller: defaultdict[UUID, dict[UUID, Due]] = defaultdict(dict)
        for one in due:
            by_reseller[one.reseller_id][one.domain_id] = one
        for reseller_id, some in by_reseller.items():
            try:
                jobs = checking.jobs_of(reseller_id=reseller_id, domain_ids=list(some))
            except Exception:  # its lease brings it back, and the others go on
                log.exception("domains of reseller %s cannot be read", reseller_id)
                continue
            for domain, records in jobs:
                key = domain.public_id
                self._due[key] = _Begun(reseller_id=reseller_id, domain=domain, at=claimed)
                self._look_at(some[key], domain, records)

    def _look_at(self, due: Due, domain: Domain, records: Sequence[Record]) -> None:
        # What follows from records that are right follows once, when the domain is verified.
        known = due.fingerprint if domain.state == DomainState.VERIFIED else None
        self._lookout.look_at(domain.public_id, domain.name, records, known=known, lease=due.lease)

    def gather(self, seen: Sequence[Seen]) -> None:
        """Put what was seen with what else was seen of the same reseller."""
        for one in seen:
            reseller_id = self._due[one.key].reseller_id if one.inspection.looks else None
            self._seen[reseller_id].append(one)
            self._since.setdefault(reseller_id, time.monotonic())

    def conclude(self, *, is_more: bool) -> None:
        """Store what need not wait any more."""
        now = time.monotonic()
        for reseller_id, seen in list(self._seen.items()):
            if is_more and len(seen) < _TOGETHER and self._since[reseller_id] + _GATHER > now:
                continue
            del self._seen[reseller_id], self._since[reseller_id]
            for start in range(0, len(seen), _TOGETHER):
                self._store(reseller_id, seen[start : start + _TOGETHER])

    def _store(self, reseller_id: UUID | None, seen: Sequence[Seen]) -> None:
        if reseller_id is None:
            checks.plan_same({one.key: one.inspection.lease for one in seen})
        else:
            pairs = [(self._due[one.key].domain, one.inspection) for one in seen]
            checking.conclude(reseller_id=reseller_id, seen=pairs)
        for one in seen:
            self._took.append(time.monotonic() - self._due.pop(one.key).at)

    def tell(self) -> None:
        """Say how many there were and how long they took, from being claimed to being stored."""
        took = sorted(self._took)
        if took:
            log.info(
                "%d domains looked at, half within %d ms, 95 %% within %d ms",
                len(took),
                took[len(took) // 2] * 1000,
                took[len(took) * 95 // 100] * 1000,
            )
