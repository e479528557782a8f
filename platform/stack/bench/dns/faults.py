"""Every way in which a zone of the bench is broken, and the verdict that it should get."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

#: One in so many domains is broken; the kinds take turns.
ONE_IN = 20
OTHER_KEY = '"v=DKIM1; k=ed25519; p=' + "A" * 43 + '="'
MATCH, MISSING, CONFLICT, UNKNOWN = "match", "missing", "conflict", "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A record that DNS should show: `data` as in a zone file."""

    purpose: str
    name: str
    type: str
    asked: str
    data: str

    @property
    def place(self) -> tuple[str, str]:
        """What its verdict is kept under."""
        return self.purpose, self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client's domain, the records that it should have and how it is broken (empty: not at all)."""

    name: str
    records: tuple[Wanted, ...]
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong: `purpose` is the record that it hits (empty: all of them).

    `servers` are the domain's name servers; `is_loaded`: they have the zone's file; `only_second`:
    only the second one has the mistake.
    """

    verdict: str
    code: str
    purpose: str = ""
    servers: tuple[str, ...] = ("ns1", "ns2")
    is_known: bool = True
    is_loaded: bool = True
    only_second: bool = False


FAULTS: dict[str, Fault] = {
    "missing": Fault(purpose="mx", verdict=MISSING, code="mx.missing"),
    "unproven": Fault(purpose="ownership", verdict=MISSING, code="ownership.missing"),
    "wrong": Fault(purpose="dkim-ed25519", verdict=CONFLICT, code="dkim.other_key"),
    "doubled": Fault(purpose="spf", verdict=CONFLICT, code="spf.several"),
    "stale": Fault(purpose="tls-rpt", verdict=UNKNOWN, code="servers.stale", only_second=True),
    "servfail": Fault(verdict=UNKNOWN, code="servers.failing", is_loaded=False),
    "refused": Fault(verdict=UNKNOWN, code="servers.refusing", is_known=False),
    "lame": Fault(verdict=UNKNOWN, code="servers.lame", servers=("lame",)),
    "silent": Fault(verdict=MATCH, code="", servers=("ns1", "silent")),
    "dark": Fault(verdict=UNKNOWN, code="servers.silent", servers=("silent",)),
}


def clients(told: Sequence[Client]) -> list[Client]:
    """The same with one in twenty broken, spread evenly."""
    kinds = list(FAULTS)
    return [
        replace(client, fault=kinds[number // ONE_IN % len(kinds)])
        if number % ONE_IN == ONE_IN - 1
        else client
        for number, client in enumerate(told)
    ]


def expected(client: Client) -> dict[tuple[str, str], tuple[str, str]]:
    """Purpose and name → the verdict and its code."""
    fault = FAULTS.get(client.fault)
    right = (MATCH, "")
    if fault is None:
        return {record.place: right for record in client.records}
    wrong = (fault.verdict, fault.code)
    hit = broken_record(client) if fault.purpose else None
    return {
        record.place: wrong if hit is None or record == hit else right for record in client.records
    }


def broken_record(client: Client) -> Wanted:
    """The first record that the domain's fault hits."""
    purpose = FAULTS[client.fault].purpose
    return next(record for record in client.records if record.purpose == purpose)


def published(client: Client, *, second: bool) -> list[tuple[str, str, str]]:
    """(name, type, data) of what a server shows of the domain."""
    shown = [(record.name, record.type, record.data) for record in client.records]
    fault = FAULTS.get(client.fault)
    if fault is None or not fault.purpose or (fault.only_second and not second):
        return shown
    hit = broken_record(client)
    place = shown.index((hit.name, hit.type, hit.data))
    if client.fault == "wrong":
        shown[place] = (hit.name, hit.type, OTHER_KEY)
    elif client.fault == "doubled":
        shown.append((hit.name, hit.type, '"v=spf1 -all"'))
    else:
        del shown[place]
    return shown
