"""Records that stand with us, and that a domain only points to: what changes them is ours."""

from collections.abc import Sequence
from dataclasses import replace

from mailcore.protocol.dns_records import record
from mailcore.protocol.dns_records.record import Record

_TTL = 300  # seconds: a key that must be changed at once is seen within minutes
#: What may stand at a name that we keep. Nothing else can: an alias has its name for itself, and
#: ownership must be proven in the client's own zone.
_PURPOSES = frozenset(
    {record.DKIM_RSA, record.DKIM_ED25519, record.DMARC, record.MTA_STS, record.TLS_RPT}
    | {record.RETURN_PATH, record.RETURN_PATH_SPF}
)


def targets(records: Sequence[Record], *, domain: str, zone: str) -> list[Record]:
    """The same records at our names: `<what>.<label>.<records zone>`, `zone` being the latter."""
    return [
        replace(one, name=_moved(one.name, domain, zone), ttl=_TTL)
        for one in records
        if one.purpose in _PURPOSES
    ]


def pointing(records: Sequence[Record], *, domain: str, zone: str) -> list[Record]:
    """What the client publishes: CNAMEs where we keep the record, the others as they are."""
    found: list[Record] = []
    for one in records:
        if one.purpose not in _PURPOSES:
            found.append(one)
        elif one.purpose != record.RETURN_PATH_SPF:  # comes with the return path's alias
            target = _moved(one.name, domain, zone)
            found.append(replace(one, type="CNAME", value=target, priority=None, behind=one))
    return found


def _moved(name: str, domain: str, zone: str) -> str:
    return f"{name.removesuffix(domain)}{zone}"
