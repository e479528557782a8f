"""Domains whose DNS is out of order, below the outside domain: what a sender must make of each."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import dns.message
import dns.query

from stack.client.endpoints import Endpoints
from stack.client.lookup import replace_records
from stack.client.waiting import wait_for

Records = dict[tuple[str, str], list[str]]
DNS_PORT = 53


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The records (by name and kind), and what becomes of the first try.

    What is put off arrives when the domain is in order again.
    """

    records: Records
    outcome: str
    code: int | None = None
    enhanced: str = ""
    needs_silence: bool = False


class Zone:
    """The outside domain's zone, and addresses of this stack where nobody answers."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._key = endpoints.update_key("outside_update", "dns_update")
        self._servers = [
            endpoints.service(name) for name in ("dns_hosting", "dns_hosting_secondary")
        ]
        self.name = endpoints.outside_domain
        self.outside = endpoints.service("outside_mx").address
        net = self.outside.rpartition(".")[0]
        self.nobody, self.silent = f"{net}.250", f"{net}.251"
        #: For mail hosts of a test's own.
        self.spare = [f"{net}.{octet}" for octet in (252, 253, 254)]

    def put(self, records: Records) -> None:
        """Make these records, whatever was there, on both servers of the zone."""
        for (name, kind), values in records.items():
            replace_records(
                self._key, zone=f"{self.name}.", name=f"{name}.", kind=kind, values=values, ttl=2
            )

        wait_for(lambda: len(self._serials()) == 1, what="the zone on both servers", seconds=60)

    def _serials(self) -> set[int]:
        question = dns.message.make_query(f"{self.name}.", "SOA")
        answers = [
            dns.query.udp(question, server.address, port=server.port, timeout=20)
            for server in self._servers
        ]
        return {answer.answer[0][0].serial for answer in answers}

    def in_order(self, domain: str, *, at: str | None = None) -> Records:
        """A mail host of the domain's own, which is the outside MX unless it is AT another address."""
        return {(f"mx.{domain}", "A"): [at or self.outside], (domain, "MX"): [f"10 mx.{domain}."]}

    def mend(self, domain: str, fault: Fault) -> None:
        """Take the fault away and put the domain in order."""
        self.put({key: [] for key in fault.records})
        self.put(self.in_order(domain))

    @contextmanager
    def silence(self) -> Iterator[None]:
        """A name server that hears questions and answers none."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
            deaf.bind((self.silent, DNS_PORT))
            yield

    def faults(self, domain: str) -> dict[str, Fault]:
        """Every fault, for one domain."""
        lost = {"outcome": "deferred", "code": 451, "enhanced": "4.4.3"}
        return {
            "no such domain": Fault(records={}, outcome="bounced", code=550, enhanced="5.1.2"),
            "null MX": Fault(
                records={(domain, "MX"): ["0 ."]}, outcome="bounced", code=556, enhanced="5.1.10"
            ),
            "MX that is ours": Fault(
                records={(domain, "MX"): ["10 mx.infra.test."]},
                outcome="bounced",
                code=554,
                enhanced="5.4.6",
            ),
            "MX where nobody is": Fault(
                records={(domain, "MX"): [f"10 a.{domain}."], (f"a.{domain}", "A"): [self.nobody]},
                outcome="deferred",
            ),
            "fifty MX": self._fifty(domain),
            "CNAME loop": Fault(
                records={
                    (domain, "CNAME"): [f"b.{domain}."],
                    (f"b.{domain}", "CNAME"): [f"{domain}."],
                },
                **lost,
            ),
            "SERVFAIL": Fault(records=self._delegated(domain, self.nobody), **lost),
            "time-out": Fault(
                records=self._delegated(domain, self.silent), **lost, needs_silence=True
            ),
        }

    def _delegated(self, domain: str, server: str) -> Records:
        return {(f"ns.{domain}", "A"): [server], (domain, "NS"): [f"ns.{domain}."]}

    def _fifty(self, domain: str) -> Fault:
        """The third one answers; of the last forty not even an address is known."""
        hosts = [f"m{number}.{domain}" for number in range(50)]
        records: Records = {
            (host, "A"): [self.outside if number == 2 else self.nobody]
            for number, host in enumerate(hosts[:10])
        }
        records[domain, "MX"] = [f"{number} {host}." for number, host in enumerate(hosts)]
        return Fault(records=records, outcome="delivered", code=250)
