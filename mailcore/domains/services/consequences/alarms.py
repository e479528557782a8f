"""A record that was right and is not any more opens an alarm, once; when it is back, it closes."""

from collections.abc import Iterable, Mapping, Sequence

from kernel import clock
from kernel.outbox import publish
from kernel.tenancy import current_reseller_id
from mailcore.checks.models import AlarmState, DomainAlarm, RecordVerdict
from mailcore.checks.services import Look
from mailcore.domains.models import Domain
from mailcore.domains.services import telling
from mailcore.domains.services.consequences import patience
from mailcore.domains.states import DomainState
from mailcore.protocol.dns_records import Key
from mailcore.protocol.verdicts import Outcome

#: So many looks in a row must find a record wrong: one may fall into somebody's change.
OPEN_AFTER = 3
LAPSED = "lapsed"
_SEEN = ("verdict", "code", "params", "found")
_WRONG = frozenset({Outcome.MISSING.value, Outcome.CONFLICT.value})


def draw(
    domain: Domain,
    rows: Mapping[Key, RecordVerdict],
    looks: Sequence[Look],
    open_alarms: Iterable[DomainAlarm],
) -> None:
    """Open and close alarms by what was seen; whoever wants to know is told in one piece."""
    stand = {(alarm.kind, alarm.name): alarm for alarm in open_alarms}
    opened, closed = _lapse(domain, stand.pop((LAPSED, domain.name), None))
    for look in looks:
        row, alarm = rows[look.record.key], stand.pop(look.record.key, None)
        if row.verdict == Outcome.MATCH:
            closed += [alarm] if alarm else []
        elif row.verdict in _WRONG and alarm is not None:
            _update(alarm, row)
        elif domain.state == DomainState.VERIFIED and _is_drift(row, look):
            opened.append(_make(domain, row, look))
    closed += stand.values()  # what is not wanted any more cannot be wrong
    _conclude(domain, opened, closed)


def _is_drift(row: RecordVerdict, look: Look) -> bool:
    """Wrong often and long enough, and once right: what we want anew was never there to be lost."""
    was_right = row.matched_value == look.record.value
    is_often = row.missing_in_a_row >= OPEN_AFTER
    return was_right and row.verdict in _WRONG and is_often and patience.is_over(row)


def _lapse(
    domain: Domain, alarm: DomainAlarm | None
) -> tuple[list[DomainAlarm], list[DomainAlarm]]:
    """A lapsed domain is one alarm more; it is over when the domain is verified."""
    if domain.has_lapsed and alarm is None:
        return [_new(domain, kind=LAPSED, name=domain.name)], []
    return [], [alarm] if alarm and not domain.has_lapsed else []


def _make(domain: Domain, row: RecordVerdict, look: Look) -> DomainAlarm:
    made = _new(domain, kind=row.purpose, name=row.name)
    made.type, made.value = look.record.type, look.record.value
    for name in _SEEN:
        setattr(made, name, getattr(row, name))
    return made


def _new(domain: Domain, *, kind: str, name: str) -> DomainAlarm:
    return DomainAlarm(
        reseller_id=current_reseller_id(),
        domain_id=domain.public_id,
        domain=domain.name,
        kind=kind,
        name=name,
        opened_at=clock.now(),
    )


def _update(alarm: DomainAlarm, row: RecordVerdict) -> None:
    if any(getattr(alarm, name) != getattr(row, name) for name in _SEEN):
        for name in _SEEN:
            setattr(alarm, name, getattr(row, name))
        alarm.save(update_fields=_SEEN)


def _conclude(domain: Domain, opened: Sequence[DomainAlarm], closed: Sequence[DomainAlarm]) -> None:
    if not opened and not closed:
        return
    now = clock.now()
    DomainAlarm.objects.bulk_create(opened)
    for alarm in closed:
        alarm.state, alarm.closed_at = AlarmState.CLOSED, now
    DomainAlarm.objects.bulk_update(closed, ["state", "closed_at"])
    for event, alarms in (("dns.drifted", opened), ("dns.recovered", closed)):
        if alarms:
            publish(event, subject=domain.reference, data=telling.data_of(domain, alarms))
    telling.tell(domain)
