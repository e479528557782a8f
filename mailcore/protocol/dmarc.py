"""A domain's DMARC record (RFC 7489 §6.3): read, and made anew without losing what its owner set."""

import re
from collections.abc import Sequence

POLICIES = ("none", "quarantine", "reject")
_RECORD = re.compile(r"v\s*=\s*DMARC1\s*(;|$)")
#: What stays beside the policy, in the order in which it is written.
_KEPT = ("sp", "np", "pct", "adkim", "aspf", "fo", "ri", "ruf", "rua")
_VALUE = re.compile(r"[!-:<-~]{1,300}")
LONGEST_TAGS = 500


def read(values: Sequence[str]) -> dict[str, str]:
    """The tags of the only DMARC record among TXT values; empty where none counts."""
    records = [value.strip() for value in values if _RECORD.match(value.strip())]
    if len(records) != 1:
        return {}
    pairs = (part.split("=", 1) for part in records[0].split(";") if "=" in part)
    return {name.strip().lower(): value.strip() for name, value in pairs}


def policy_of(tags: dict[str, str]) -> str:
    """The policy; '' where there is none that is valid."""
    policy = tags.get("p", "").lower()
    return policy if policy in POLICIES else ""


def kept(tags: dict[str, str], *, reports_to: str) -> str:
    """The owner's own tags as one text, without our address among those that reports go to."""
    found = {name: "".join(tags[name].split()) for name in _KEPT if name in tags}
    if "rua" in found:
        found["rua"] = ",".join(_others(found["rua"], reports_to))
    parts = [f"{name}={value}" for name, value in found.items() if _VALUE.fullmatch(value)]
    text = "; ".join(parts)
    return text if len(text) <= LONGEST_TAGS else ""


def compose(*, policy: str, tags: str, reports_to: str) -> str:
    """The record: policy, the owner's own tags, and our address where reports are asked for."""
    own = [part.strip() for part in tags.split(";") if part.strip()]
    told = [part.partition("=")[2] for part in own if part.startswith("rua=")]
    addresses = [*told, *([f"mailto:{reports_to}"] if reports_to else [])]
    rest = [part for part in own if not part.startswith("rua=")]
    rua = [f"rua={','.join(addresses)}"] if addresses else []
    return "; ".join(["v=DMARC1", f"p={policy}", *rest, *rua])


def with_reports_to(found: Sequence[str], *, wanted: str) -> str:
    """The record that was found, with the last of the wanted record's addresses beside its own."""
    tags = read(found)
    ours = read([wanted]).get("rua", "").rpartition("mailto:")[2]
    return compose(
        policy=policy_of(tags) or POLICIES[0], tags=kept(tags, reports_to=ours), reports_to=ours
    )


def _others(addresses: str, ours: str) -> list[str]:
    return [one for one in addresses.split(",") if one and ours.lower() not in one.lower()]
