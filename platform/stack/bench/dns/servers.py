"""Authoritative Knot servers for the bench: a registry, and two that host the clients' zones."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import dns.exception
import dns.message
import dns.query
import dns.rcode

from stack import folders
from stack.bench.dns.faults import FAULTS, Client, published
from stack.mail_parts.knot import USER
from stack.model import INFRA_DOMAIN, Stack
from stack.templates import render_template

#: Servers' roles; as parts of a stack they are down while this bench runs.
REGISTRY = ("registry_primary", "registry_secondary")
HOSTING = ("hosting_primary", "hosting_secondary")
SILENT = "bench_silent"
#: What each name server's name leads to.
HOSTS = {"ns1": HOSTING[0], "ns2": HOSTING[1], "lame": REGISTRY[0], "silent": SILENT}
START_SECONDS = 60.0
_ASKED = re.compile(r"request-protocol\[(?:udp|tcp)[46][^]]*\] = (\d+)")
_HEAD = "$TTL 60\n@ SOA ns1.host.test. hostmaster.host.test. 1 60 30 3600 2\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One knotd and the zones that it names; those without text have no file, so they fail."""

    name: str
    roles: tuple[str, ...]
    zones: Mapping[str, str]


class Servers:
    """A context manager: writes the zones, starts the servers and ends them."""

    def __init__(self, stack: Stack, clients: Sequence[Client]) -> None:
        self._stack = stack
        self._folder = stack.var / "bench-dns"
        self._servers = [
            Server(name="registry", roles=REGISTRY, zones=_registry(stack, clients)),
            *(
                Server(name=name, roles=(role,), zones=_hosting(stack, clients, second=second))
                for name, role, second in (
                    ("first", HOSTING[0], False),
                    ("second", HOSTING[1], True),
                )
            ),
        ]
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._ending = ExitStack()

    def __enter__(self) -> Self:
        """Start all, and bind the address that never answers."""
        try:
            for server in self._servers:
                self._start(server)
            silent = self._ending.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            silent.bind(self._stack.endpoint(SILENT))
            for server in self._servers:
                for role in server.roles:
                    self._wait(server, self._stack.address(role))
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End what was started."""
        self._end()

    def pids(self) -> dict[str, int]:
        """Server → its process."""
        return {name: process.pid for name, process in self._running.items()}

    def asked(self) -> int:
        """How many questions the servers have got so far, as they count them."""
        told = [
            subprocess.run(
                ["knotc", "-s", str(self._folder / name / "run" / "knot.sock"), "stats"],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
            for name in self._running
        ]
        return sum(int(number) for text in told for number in _ASKED.findall(text))

    def _start(self, server: Server) -> None:
        folder = folders.make(self._folder / server.name, owner=USER, mode=0o750)
        for name in ("zones", "db", "run"):
            folders.make(folder / name, owner=USER, mode=0o750)
        for zone, text in server.zones.items():
            if text:
                (folder / "zones" / f"{zone}zone").write_text(_HEAD + text, encoding="utf-8")
        values = {
            "folder": folder,
            "addresses": [self._stack.address(role) for role in server.roles],
            "zones": list(server.zones),
        }
        text = render_template(self._stack.deploy, "bench/knot.conf.j2", values)
        file = folders.write(folder / "knot.conf", text, owner=USER)
        with (folder / "log").open("wb") as log:
            self._running[server.name] = subprocess.Popen(
                ["/usr/sbin/knotd", "-c", str(file)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
                env={"PATH": os.defpath},
            )

    def _wait(self, server: Server, address: str) -> None:
        """Until the last zone that has a file is answered for."""
        loaded = [zone for zone, text in server.zones.items() if text]
        until = time.monotonic() + START_SECONDS
        while True:
            with suppress(dns.exception.DNSException, OSError):
                asked = dns.message.make_query(loaded[-1], "SOA")
                answer = dns.query.udp(asked, address, timeout=1)
                if answer.rcode() == dns.rcode.NOERROR and answer.answer:
                    return
            if time.monotonic() > until or self._running[server.name].poll() is not None:
                log = self._folder / server.name / "log"
                raise RuntimeError(f"{address} does not answer: see {log}")
            time.sleep(0.1)

    def _end(self) -> None:
        self._ending.close()
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        for process in self._running.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()


def _registry(stack: Stack, clients: Iterable[Client]) -> dict[str, str]:
    """The root and `test.`, which delegates every client's domain."""
    addresses = [stack.address(role) for role in REGISTRY]
    own = "".join(f"ns{n}.registry.test. A {a}\n" for n, a in enumerate(addresses, 1))
    names = "@ NS ns1.registry.test.\n@ NS ns2.registry.test.\n"
    lines = [f"{name}.host A {stack.address(role)}\n" for name, role in HOSTS.items()]
    lines += [_delegation(zone, ("ns1", "ns2")) for zone in ("host.test", INFRA_DOMAIN)]
    for client in clients:
        fault = FAULTS.get(client.fault)
        lines.append(_delegation(client.name, fault.servers if fault else ("ns1", "ns2")))
    root = "test. NS ns1.registry.test.\ntest. NS ns2.registry.test.\n"
    return {".": names + root + own, "test.": names + own + "".join(lines)}


def _delegation(zone: str, servers: Iterable[str]) -> str:
    return "".join(f"{zone}. NS {server}.host.test.\n" for server in servers)


def _hosting(stack: Stack, clients: Iterable[Client], *, second: bool) -> dict[str, str]:
    names = "@ NS ns1.host.test.\n@ NS ns2.host.test.\n"
    hosts = "".join(f"{name} A {stack.address(role)}\n" for name, role in HOSTS.items())
    policy = 'spf TXT "v=spf1 ip4:192.0.2.1 -all"\n'
    zones = {"host.test.": names + hosts, f"{INFRA_DOMAIN}.": names + policy}
    for client in clients:
        fault = FAULTS.get(client.fault)
        if fault is not None and not fault.is_known:
            continue
        shown = published(client, second=second)
        lines = "".join(f"{name}. {kind} {data}\n" for name, kind, data in shown)
        zones[f"{client.name}."] = names + lines if fault is None or fault.is_loaded else ""
    return zones
