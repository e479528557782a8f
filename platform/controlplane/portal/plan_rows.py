"""A plan of a zone as people read it: what goes and what comes, purpose by purpose."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from mailcore.domains import plan_words
from mailcore.protocol.dns_plan import IN_THE_WAY, NOT_OURS, STANDS, UNSUPPORTED
from mailcore.zones.models import DnsPlan


@dataclass(slots=True, kw_only=True)
class Row:
    """What happens at one name for one purpose; `kind` is added, changed or removed."""

    purpose: str
    name: str
    gone: list[dict[str, Any]] = field(default_factory=list)
    new: list[dict[str, Any]] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """In a word."""
        if not self.gone:
            return "added"
        return "changed" if self.new else "removed"

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What goes, then what comes."""
        return [*self.gone, *self.new]


def changes(plan: DnsPlan) -> list[Row]:
    """The changes; what somebody loses stands first."""
    rows: dict[tuple[str, str], Row] = {}
    for step in plan.steps:
        key = (step["purpose"], step["name"])
        row = rows.setdefault(key, Row(purpose=step["purpose"], name=step["name"]))
        (row.new if step["add"] else row.gone).append(step)
    return sorted(rows.values(), key=lambda row: not row.gone)


def warnings(plan: DnsPlan) -> list[str]:
    """What should be known before; what is in the way, or left to a person, has its own place."""
    return [
        plan_words.warning_sentence(one["code"], one["values"])
        for one in plan.warnings
        if one["code"] not in {IN_THE_WAY, UNSUPPORTED}
    ]


def by_hand(plan: DnsPlan) -> list[str]:
    """The records that we cannot write there, each as a line of a zone file."""
    return [line for one in plan.warnings if one["code"] == UNSUPPORTED for line in one["values"]]


def conflicts(plan: DnsPlan) -> list[dict[str, Any]]:
    """What stands in the way and stays, unless somebody asks for it to go."""
    return _told(one for one in plan.left if one["code"] not in {STANDS, NOT_OURS})


def standing(plan: DnsPlan) -> list[dict[str, Any]]:
    """What is right already."""
    return [one for one in plan.left if one["code"] == STANDS]


def strangers(plan: DnsPlan) -> list[dict[str, Any]]:
    """What is none of ours beside our names."""
    return [one for one in plan.left if one["code"] == NOT_OURS]


def kept_on_undo(plan: DnsPlan) -> list[dict[str, Any]]:
    """What taking it back left as it is, and why."""
    left = (plan.undo or {}).get("left", ())
    return _told({**one, "values": [one["value"]]} for one in left)


def _told(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "sentence": plan_words.left_sentence(one["code"])} for one in found]
