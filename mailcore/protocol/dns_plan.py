"""What to change in a zone so that it shows our records, leaving everything else alone."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from mailcore.protocol import spf
from mailcore.protocol.dns_records import TTL, Record
from mailcore.protocol.dns_zone import NOTHING, Change, Place, RecordSet, Standing
from mailcore.protocol.verdicts import Outcome, judge

#: Asked for at a name that is to become an alias: nothing may stand beside one (RFC 1034 §3.6.2).
BESIDE_ALIAS = ("A", "AAAA", "CNAME", "MX", "NS", "SRV", "TXT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """A value that we wrote before; `replaces` is the stranger's that we merged it with."""

    name: str
    type: str
    value: str
    replaces: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Values that stay as they are; `code` says why: it stands already, or it is not ours."""

    purpose: str
    name: str
    type: str
    values: tuple[str, ...]
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """What a person should know before they agree; `values` are the records it is about."""

    code: str
    purpose: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Changes in the order in which they are made."""

    changes: tuple[Change, ...]
    left: tuple[Left, ...]
    warnings: tuple[Warned, ...]

    @property
    def conflicts(self) -> tuple[Left, ...]:
        """What stands in our way and stays."""
        return tuple(one for one in self.left if one.code not in {STANDS, NOT_OURS})


STANDS, NOT_OURS = "dns_plan.stands", "dns_plan.not_ours"
#: Warnings: strangers' records that go, and those that keep one of ours out.
REPLACES, IN_THE_WAY = "dns_plan.replaces", "dns_plan.in_the_way"
#: Another: the interface does not take this type of record, so the person copies it.
UNSUPPORTED = "dns_plan.unsupported_record"
IS_ALIAS, NOT_ALONE, OTHER_ALIAS = "name.is_alias", "alias.not_alone", "alias.other"


def places(wanted: Iterable[Record], *, ours: Iterable[Owned]) -> list[Place]:
    """The record sets that a plan has to know."""
    found = {(one.name, one.type) for one in ours}
    for record in wanted:
        kinds = BESIDE_ALIAS if record.type == "CNAME" else (record.type, "CNAME")
        found |= {(record.name, kind) for kind in kinds}
    return sorted(found)


def value_of(record: Record) -> str:
    """The value as the zone shows it."""
    return record.value if record.priority is None else f"{record.priority} {record.value}"


#: DMARC records that say another policy than the one that somebody chose here.
_CHOSEN = frozenset({"dmarc.weaker", "dmarc.stricter"})


def make(
    wanted: Sequence[Record],
    *,
    current: Standing,
    ours: Sequence[Owned],
    replace: Collection[str] = (),
    types: Collection[str] = BESIDE_ALIAS,
) -> Plan:
    """Compare wanted records with what stands in the zone and with what we wrote before.

    `replace` names purposes for which a stranger's conflicting values go, too. Nothing is changed
    of types of records that are not among `types`.
    """
    held = {(o.name, o.type, o.value): o for o in ours}
    draft = _Draft(current=current, ours=held, types=frozenset(types))
    draft.drop_stale(wanted)
    for record in wanted:
        draft.settle(record, may_replace=record.purpose in replace)
    return draft.plan(wanted)


@dataclass(slots=True, kw_only=True)
class _Draft:
    """The zone as it will be: the plan is how it differs from what stands there now."""

    current: Standing
    ours: dict[tuple[str, str, str], Owned]
    types: frozenset[str]
    after: dict[Place, list[str]] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    purposes: dict[tuple[str, str, str], str] = field(default_factory=dict)
    merged: dict[tuple[str, str, str], str] = field(default_factory=dict)
    ttls: dict[Place, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.after = {place: list(held.values) for place, held in self.current.items()}

    def drop_stale(self, wanted: Sequence[Record]) -> None:
        """Take out what we wrote and no longer want; what it was merged with comes back."""
        for key, old in self.ours.items():
            values = self.after.get((old.name, old.type), [])
            if old.type not in self.types:
                continue
            if old.value not in values or any(_serves(old, record) for record in wanted):
                continue
            values.remove(old.value)
            at_name = [record.purpose for record in wanted if record.name == old.name]
            same_type = [r.purpose for r in wanted if (r.name, r.type) == (old.name, old.type)]
            self.purposes[key] = next(iter(same_type or at_name), "")
            if old.replaces and old.replaces not in values:
                values.append(old.replaces)

    def settle(self, record: Record, *, may_replace: bool) -> None:
        """Make room for one record and put it in, or say what stands in the way."""
        if record.type not in self.types:
            return self._tell(record)
        blocked = self._beside(record)
        if blocked and not (may_replace and {kind for kind, _ in blocked} <= self.types):
            code = IS_ALIAS if record.type != "CNAME" else self._alias_code(blocked)
            return self._leave(record, code, [value for _, value in blocked])
        if blocked:
            self._take_out(record, blocked)
        present = self.after.setdefault((record.name, record.type), [])
        judgement = judge(record, present)
        if judgement.outcome is Outcome.MATCH:
            return None
        if judgement.code == "spf.not_included":
            return self._merge(record, present)
        foreign = [v for v in present if not self._is_ours(record.name, record.type, v)]
        if judge(record, foreign).outcome is Outcome.CONFLICT:
            in_the_way = [v for v in foreign if judge(record, [v]).outcome is not Outcome.MISSING]
            # A policy that was chosen here takes the place of the owner's; its other tags stay.
            if not (may_replace or (record.is_chosen and judgement.code in _CHOSEN)):
                others = [value for value in in_the_way if value != value_of(record)]
                return self._leave(record, judgement.code, others)
            self._take_out(record, [(record.type, value) for value in in_the_way])
            if judgement.code == "spf.several":
                return self._unite(record, in_the_way)
        return self._put(record, value_of(record))

    def plan(self, wanted: Sequence[Record]) -> Plan:
        """The difference; removals first: a name must be free before it becomes an alias."""
        changes: list[Change] = []
        for place in sorted(self.after):
            held, values = self.current.get(place, NOTHING), self.after[place]
            gone = [value for value in held.values if value not in values]
            new = [value for value in dict.fromkeys(values) if value not in held.values]
            changes += [self._change(place, held, value, add=False) for value in gone]
            changes += [self._change(place, held, value, add=True) for value in new]
        changes.sort(key=lambda change: change.add)
        left = [*self.left, *self._untouched(wanted)]
        return Plan(changes=tuple(changes), left=tuple(left), warnings=tuple(self.warnings))

    def _change(self, place: Place, held: RecordSet, value: str, *, add: bool) -> Change:
        key = (*place, value)
        # A stranger's value that our merged one had taken in is theirs again.
        back = add and any(o.replaces == value for o in self.ours.values() if o.name == place[0])
        return Change(
            add=add,
            name=place[0],
            type=place[1],
            value=value,
            ttl=held.ttl if held.values else self.ttls.get(place, TTL),
            purpose=self.purposes.get(key, ""),
            is_ours=(not back) if add else key in self.ours,
            replaces=self.merged.get(key, "") if add else "",
        )

    def _beside(self, record: Record) -> list[tuple[str, str]]:
        """What cannot stand beside the record: an alias has its name for itself."""
        found: list[tuple[str, str]] = []
        for (name, kind), values in self.after.items():
            if name == record.name and (kind == "CNAME") != (record.type == "CNAME"):
                found += [(kind, value) for value in values]
            elif (name, kind, record.type) == (record.name, "CNAME", "CNAME"):
                found += [(kind, value) for value in values if value != record.value]
        return found

    def _alias_code(self, blocked: Sequence[tuple[str, str]]) -> str:
        return OTHER_ALIAS if all(kind == "CNAME" for kind, _ in blocked) else NOT_ALONE

    def _take_out(self, record: Record, values: Sequence[tuple[str, str]]) -> None:
        for kind, value in values:
            self.after[record.name, kind].remove(value)
            self.purposes[record.name, kind, value] = record.purpose
        foreign = [v for kind, v in values if not self._is_ours(record.name, kind, v)]
        if foreign:
            self.warnings.append(
                Warned(code=REPLACES, purpose=record.purpose, values=tuple(foreign))
            )

    def _merge(self, record: Record, present: list[str]) -> None:
        old = next(value for value in present if spf.is_spf(value.strip()))
        present.remove(old)
        self.purposes[record.name, record.type, old] = record.purpose
        merged = spf.merge(old.strip(), _include(record))
        before = self.ours.get((record.name, record.type, old))
        self.merged[record.name, record.type, merged] = before.replaces if before else old
        self._put(record, merged)

    def _unite(self, record: Record, policies: Sequence[str]) -> None:
        """One policy for all that were taken out, and ours; without us theirs are one record."""
        theirs = spf.united([value.strip() for value in policies])
        merged = spf.merge(theirs, _include(record))
        self.merged[record.name, record.type, merged] = theirs
        self._put(record, merged)

    def _put(self, record: Record, value: str) -> None:
        place = (record.name, record.type)
        self.after.setdefault(place, []).append(value)
        self.purposes[*place, value] = record.purpose
        self.ttls[place] = record.ttl

    def _leave(self, record: Record, code: str, in_the_way: Sequence[str]) -> None:
        values = tuple(in_the_way)
        self.left.append(
            Left(
                purpose=record.purpose, name=record.name, type=record.type, values=values, code=code
            )
        )
        self.warnings.append(Warned(code=IN_THE_WAY, purpose=record.purpose, values=values))

    def _tell(self, record: Record) -> None:
        present = self.after.get((record.name, record.type), [])
        if judge(record, present).outcome is not Outcome.MATCH:
            line = f"{record.name} {record.type} {value_of(record)}"
            self.warnings.append(Warned(code=UNSUPPORTED, purpose=record.purpose, values=(line,)))

    def _untouched(self, wanted: Sequence[Record]) -> list[Left]:
        """What stands and stays: our records that are right, and strangers' beside them."""
        said = {(one.name, one.type, value) for one in self.left for value in one.values}
        found: list[Left] = []
        for place, held in sorted(self.current.items()):
            stays = [v for v in held.values if v in self.after[place] and (*place, v) not in said]
            records = [r for r in wanted if (r.name, r.type) == place]
            for record in records:
                right = [v for v in stays if judge(record, [v]).outcome is Outcome.MATCH]
                if right:
                    stays = [v for v in stays if v not in right]
                    found.append(_left(record.purpose, place, right, STANDS))
            if stays:
                found.append(_left("", place, stays, NOT_OURS))
        return found

    def _is_ours(self, name: str, kind: str, value: str) -> bool:
        return (name, kind, value) in self.ours


def _left(purpose: str, place: Place, values: Sequence[str], code: str) -> Left:
    return Left(purpose=purpose, name=place[0], type=place[1], values=tuple(values), code=code)


def _serves(old: Owned, record: Record) -> bool:
    """Whether what we wrote before is what the record asks for now."""
    if (old.name, old.type) != (record.name, record.type):
        return False
    if old.value == value_of(record):
        return True
    # A policy that we merged with a stranger's says more than ours alone.
    is_merged = record.value.startswith("v=spf1") and bool(old.replaces)
    return is_merged and judge(record, [old.value]).outcome is Outcome.MATCH


def _include(record: Record) -> str:
    return record.value.split("include:")[1].split()[0]
