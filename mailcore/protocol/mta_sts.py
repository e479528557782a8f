"""MTA-STS: the record that announces a policy, the policy, and the hosts it allows (RFC 8461)."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

Mode = Literal["enforce", "testing", "none"]

#: Bytes of a policy that are read, and the longest time that one is kept (RFC 8461 §3.2).
MAX_POLICY = 64 * 1024
MAX_AGE = 31_557_600
_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_HOST = re.compile(r"(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")


class PolicyInvalid(ValueError):
    """The text is no policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy: its mode, host patterns in lower case, and the seconds it holds."""

    mode: Mode
    hosts: Sequence[str]
    max_age: int


def render(policy: Policy) -> str:
    """The text of `mta-sts.txt`, lines ended by CRLF (RFC 8461 §3.2)."""
    lines = ["version: STSv1", f"mode: {policy.mode}", *(f"mx: {host}" for host in policy.hosts)]
    return "".join(f"{line}\r\n" for line in [*lines, f"max_age: {policy.max_age}"])


def id_of(policy: Policy) -> str:
    """An id for the TXT record that is another one as soon as the policy is."""
    return hashlib.sha256(render(policy).encode()).hexdigest()[:20]


def record_id(texts: Iterable[str]) -> str | None:
    """The id in the TXT records at `_mta-sts.<domain>`; None when they announce no policy."""
    records = [text for text in texts if re.match(r"v=STSv1[ \t]*(;|$)", text)]
    if len(records) != 1:
        return None
    for field in records[0].split(";")[1:]:
        key, _, value = field.strip().partition("=")
        if key.strip() == "id":
            return value.strip() if _ID.fullmatch(value.strip()) else None
    return None


def parse(text: str) -> Policy:
    """The policy in the text of `mta-sts.txt`; raises PolicyInvalid."""
    values: dict[str, str] = {}
    hosts: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        key, colon, value = line.partition(":")
        if not colon:
            continue
        if key.strip() == "mx":
            hosts.append(value.strip().lower().removesuffix("."))
        else:
            values.setdefault(key.strip(), value.strip())
    mode, age = values.get("mode"), values.get("max_age", "")
    if values.get("version") != "STSv1" or mode not in ("enforce", "testing", "none"):
        raise PolicyInvalid("no version or mode of MTA-STS")
    if not (age.isascii() and age.isdigit() and len(age) <= 10):
        raise PolicyInvalid("no max_age")
    if not all(_HOST.fullmatch(host) for host in hosts) or (mode != "none" and not hosts):
        raise PolicyInvalid("no hosts")
    return Policy(mode=cast("Mode", mode), hosts=tuple(hosts), max_age=min(int(age), MAX_AGE))


def allows(policy: Policy, host: str) -> bool:
    """Whether mail may go to the host; `*.` stands for exactly one label (RFC 8461 §4.1)."""
    name = host.lower().removesuffix(".")
    _, _, parent = name.partition(".")
    return any(
        pattern == name or (pattern.startswith("*.") and pattern[2:] == parent)
        for pattern in policy.hosts
    )
