"""The one table that says which role of the stack listens where: stack number N owns 127.77.N.0/24."""

from dataclasses import dataclass

LOWEST_NUMBER = 1
HIGHEST_NUMBER = 254


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The last octet of a role's address and the port it listens on (0: it listens nowhere)."""

    octet: int
    port: int


PLACES: dict[str, Place] = {
    "postgres": Place(octet=2, port=5432),
    "registry_primary": Place(octet=3, port=53),
    "registry_secondary": Place(octet=4, port=53),
    "resolver": Place(octet=5, port=53),
    "redis": Place(octet=6, port=6379),
    "hosting_primary": Place(octet=7, port=53),
    "hosting_secondary": Place(octet=8, port=53),
    "mx": Place(octet=10, port=25),
    "submission": Place(octet=11, port=587),
    "submissions": Place(octet=11, port=465),
    "imap": Place(octet=12, port=143),
    "imaps": Place(octet=12, port=993),
    "pop3": Place(octet=12, port=110),
    "pop3s": Place(octet=12, port=995),
    "managesieve": Place(octet=12, port=4190),
    "lmtp": Place(octet=12, port=24),
    "doveadm": Place(octet=12, port=8080),
    "sasl": Place(octet=12, port=2412),
    "rspamd_milter": Place(octet=13, port=11332),
    "rspamd_normal": Place(octet=13, port=11333),
    "rspamd_controller": Place(octet=13, port=11334),
    "accept": Place(octet=15, port=2424),
    "accept_esmtp": Place(octet=15, port=2525),
    "sender_policy": Place(octet=15, port=7001),
    "accept_metrics": Place(octet=15, port=9464),
    "feedback": Place(octet=16, port=2424),
    "metrics": Place(octet=17, port=9464),
    "https": Place(octet=20, port=443),
    "http": Place(octet=20, port=80),
    "web": Place(octet=21, port=8000),
    "roundcube": Place(octet=22, port=8000),
    "egress1": Place(octet=30, port=0),
    "egress2": Place(octet=31, port=0),
    "outside_mx": Place(octet=40, port=25),
    "outside_control": Place(octet=40, port=8025),
    "outside_client": Place(octet=41, port=0),
    # Used while benches run; further sources and mail hosts follow the first.
    "bench_source": Place(octet=80, port=0),
    "bench_postfix": Place(octet=90, port=25),
    "bench_opendkim": Place(octet=91, port=8891),
    "bench_control": Place(octet=92, port=8025),
    "bench_silent": Place(octet=93, port=53),
    "bench_sink": Place(octet=101, port=25),
}


def address(number: int, role: str) -> str:
    """Return the IPv4 address of a role in stack `number`; KeyError for an unknown role."""
    return f"127.77.{number}.{PLACES[role].octet}"


def port(role: str) -> int:
    """Return the port of a role; KeyError for an unknown role."""
    return PLACES[role].port


def local_port(number: int) -> int:
    """Return the port on 127.0.0.1 where a person's own browser finds `*.localhost`."""
    return 8443 + 10 * number
