"""Two real Knot servers: one holds root, `test.` and the client's zone, the other only the zone."""

import itertools
import signal
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.update

from mailcore.protocol.zone_file import quoted
from tests.waiting import eventually

ADDRESSES = ("127.77.199.7", "127.77.199.8")
CLIENT = "shop.test"
_CONFIG = """
server:
  listen: {address}@{port}
  rundir: {folder}
  pidfile: {folder}/pid
control:
  listen: {folder}/sock
database:
  storage: {folder}/db
log:
  - target: stderr
    any: warning
acl:
  - id: owner
    address: 127.0.0.0/8
    action: update
template:
  - id: default
    storage: {folder}
    acl: owner
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
zone:
"""
_HEAD = "@ 1 SOA ns h 1 60 60 60 1\n"
_ZONES = {
    ".": f"@ 1 NS ns.test.\ntest. 1 NS ns.test.\nns.test. 1 A {ADDRESSES[0]}\n",
    "test.": f"""@ 1 NS ns
ns 1 A {ADDRESSES[0]}
shop 1 NS n1.shop
shop 1 NS n2.shop
n1.shop 1 A {ADDRESSES[0]}
n2.shop 1 A {ADDRESSES[1]}
spf.infra 1 TXT "v=spf1 -all"
web.infra 1 A 192.0.2.9
""",
    f"{CLIENT}.": f"@ 1 NS n1\n@ 1 NS n2\nn1 1 A {ADDRESSES[0]}\nn2 1 A {ADDRESSES[1]}\n",
}


def _free_port() -> int:
    for _ in itertools.repeat(None, 50):
        with socket.socket() as first, socket.socket() as second:
            first.bind((ADDRESSES[0], 0))
            port = int(first.getsockname()[1])
            try:
                second.bind((ADDRESSES[1], port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free at both addresses")


@dataclass(slots=True, kw_only=True)
class Knots:
    """Both servers, on one port that was free."""

    folder: Path
    port: int = field(default_factory=_free_port)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        """Serve, and wait until both answer for the client's zone."""
        for number, address in enumerate(ADDRESSES):
            place = self._place(number)
            (place / "db").mkdir(parents=True)
            names = list(_ZONES) if number == 0 else [f"{CLIENT}."]
            text = _CONFIG.format(address=address, port=self.port, folder=place)
            for name in names:
                file = f"{name.rstrip('.') or 'root'}.zone"
                (place / file).write_text(f"$ORIGIN {name}\n{_HEAD}{_ZONES[name]}")
                text += f'  - domain: "{name}"\n    file: {file}\n'
            (place / "knot.conf").write_text(text)
            with (place / "log").open("wb") as log:
                command = ["knotd", "-c", str(place / "knot.conf")]
                self.processes.append(subprocess.Popen(command, stdout=log, stderr=log))
        eventually(lambda: all(self._answers(address) for address in ADDRESSES))

    def stop(self) -> None:
        """End both, also one that stands still."""
        for process in self.processes:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in self.processes:
            process.wait(timeout=120)

    def put(self, name: str, rdtype: str, *texts: str, only: int | None = None) -> None:
        """Replace a record set at both servers, or only at one."""
        update = dns.update.UpdateMessage(CLIENT)
        update.delete(f"{name}.", rdtype)
        for text in texts:
            update.add(f"{name}.", 1, rdtype, quoted(text) if rdtype == "TXT" else text)
        for number in (0, 1) if only is None else (only,):
            reply = dns.query.tcp(update, ADDRESSES[number], port=self.port, timeout=60)
            assert reply.rcode() == dns.rcode.NOERROR, reply

    def empty(self, number: int) -> None:
        """Take the zone's contents away: the server says SERVFAIL from then on."""
        self._control(number, "-f", "zone-purge", f"{CLIENT}.")

    def refill(self, number: int, records: dict[tuple[str, str], list[str]]) -> None:
        """Give the zone back with these records."""
        lines = [
            f"{name}. 1 {rdtype} {quoted(text) if rdtype == 'TXT' else text}"
            for (name, rdtype), texts in records.items()
            for text in texts
        ]
        head = f"$ORIGIN {CLIENT}.\n{_HEAD}{_ZONES[f'{CLIENT}.']}"
        (self._place(number) / f"{CLIENT}.zone").write_text(head + "\n".join([*lines, ""]))
        self._control(number, "zone-reload", f"{CLIENT}.")
        eventually(lambda: self._answers(ADDRESSES[number]))

    def freeze(self, *, frozen: bool) -> None:
        """Let both hear questions and answer none, or go on."""
        for process in self.processes:
            process.send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)

    def _place(self, number: int) -> Path:
        return self.folder / str(number)

    def _control(self, number: int, *words: str) -> None:
        socket_path = str(self._place(number) / "sock")
        subprocess.run(["knotc", "-b", "-s", socket_path, *words], check=True, capture_output=True)

    def _answers(self, address: str) -> bool:
        query = dns.message.make_query(CLIENT, "SOA")
        try:
            return bool(dns.query.udp(query, address, port=self.port, timeout=1).answer)
        except (dns.exception.DNSException, OSError):
            return False
