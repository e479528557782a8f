"""The phrases of `reply_rules.toml`, read once."""

import tomllib
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

from mailcore.protocol.reply_meanings import Classified, Kind, Reason, Rule, Scope

#: The key of the rules that hold for every provider.
ANY = ""
#: The key of those whose words are so wide that an exact code goes before them.
WIDE = "*"
#: Stands between two parts of a phrase that may have other words between them.
GAP = " … "
_WORDS = (get_args(Reason), get_args(Kind), get_args(Scope))


def read(text: str) -> dict[str, tuple[Rule, ...]]:
    """Provider (or ANY) → its rules in order; raises ValueError for a word that is none of ours."""
    found: dict[str, list[Rule]] = defaultdict(list)
    for table in tomllib.loads(text)["rule"]:
        rule = Rule(phrases=_phrases(table["phrases"]), meaning=_meaning(table["means"]))
        for provider in table.get("provider", [ANY]):
            found[provider].append(rule)
    return {provider: tuple(rules) for provider, rules in found.items()}


def _phrases(phrases: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(phrase.lower().split(GAP)) for phrase in phrases)


def _meaning(text: str) -> Classified:
    words: list[Any] = text.split()
    if len(words) != len(_WORDS) or any(
        w not in known for w, known in zip(words, _WORDS, strict=True)
    ):
        raise ValueError(f"{text!r} is no reason, kind and scope")
    reason, kind, scope = words
    return Classified(reason=reason, kind=kind, scope=scope)


RULES = read(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
