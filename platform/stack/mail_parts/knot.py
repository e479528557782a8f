"""Four small Knot servers: a registry (root and test.) and a hosting service (zones below test.), each at two addresses."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.query
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from stack.model import (
    INFRA_DOMAIN,
    OUTSIDE_DOMAIN,
    PLATFORM_HOST,
    NotReadyError,
    Part,
    Stack,
    StackError,
)

USER = "knot"
#: Names of the TSIG keys (hmac-sha256): domain owners, the platform for its own zone, the registrar for `test.`.
OWNER_KEY = "owner"
PLATFORM_KEY = "platform"
REGISTRY_KEY = "registry"

#: What clients' CNAMEs point to.
RECORDS_ZONE = f"r.{INFRA_DOMAIN}."
REVERSE = "127.in-addr.arpa"
SECONDS = 20
_ZONE_LINE = re.compile(r"^\s*(?:- )?domain:\s*\"?([^\"\s]+?)\"?\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A zone that every stack has: `fixed` ones come from their file at each start, the others change at run time."""

    name: str
    template: str
    fixed: bool = False
    signed: bool = False

    @property
    def file(self) -> str:
        """Name of the rendered zone file."""
        return self.template.removesuffix(".j2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What the primary and the secondary of one service have in common."""

    name: str
    zones: tuple[Zone, ...]
    #: TSIG key that may update the zones; its secret is `dns_KEY`.
    updater_key: str


REGISTRY = Kind(
    name="registry",
    zones=(
        Zone(name=".", template="root.zone.j2", fixed=True, signed=True),
        Zone(name="test.", template="test.zone.j2", signed=True),
        Zone(name=f"{REVERSE}.", template="reverse.zone.j2", fixed=True),
    ),
    updater_key=REGISTRY_KEY,
)
HOSTING = Kind(
    name="hosting",
    zones=(
        Zone(name=f"{INFRA_DOMAIN}.", template="infra.test.zone.j2", fixed=True, signed=True),
        Zone(name=f"{PLATFORM_HOST}.", template="livery.test.zone.j2"),
        Zone(name=RECORDS_ZONE, template="r.infra.test.zone.j2"),
        Zone(name=f"{OUTSIDE_DOMAIN}.", template="outside.test.zone.j2"),
    ),
    updater_key=OWNER_KEY,
)

POINTERS = (
    ("mx", f"mx.{INFRA_DOMAIN}"),
    ("submission", f"smtp.{INFRA_DOMAIN}"),
    ("egress1", f"out1.{INFRA_DOMAIN}"),
    ("egress2", f"out2.{INFRA_DOMAIN}"),
    ("outside_mx", f"mx.{OUTSIDE_DOMAIN}"),
    ("outside_client", f"client.{OUTSIDE_DOMAIN}"),
)


def part_name(kind: Kind, *, primary: bool) -> str:
    """Return the name of a server's part: registry, registry-secondary, hosting, hosting-secondary."""
    return kind.name if primary else f"{kind.name}-secondary"


def control_socket(stack: Stack, kind: Kind, *, primary: bool) -> Path:
    """Return the control socket of a server, for `knotc -s`; user and group `knot` may use it."""
    return stack.run / "knot" / f"{part_name(kind, primary=primary)}.sock"


def parts(stack: Stack) -> list[Part]:
    """Return both servers of both services."""
    return [
        # The registry publishes the DS record of a zone that the hosting service signs.
        _part(stack, REGISTRY, primary=True, requires=(part_name(HOSTING, primary=True),)),
        _part(stack, REGISTRY, primary=False, requires=(part_name(REGISTRY, primary=True),)),
        _part(stack, HOSTING, primary=True, requires=()),
        _part(stack, HOSTING, primary=False, requires=(part_name(HOSTING, primary=True),)),
    ]


def delegation(stack: Stack, kind: Kind, zone: str) -> list[str]:
    """Return the DS record data of a zone that the primary of KIND signs."""
    lines = _as_knot(
        "keymgr", "-C", str(_database(stack, kind, primary=True)), zone, "ds"
    ).splitlines()
    return [line.split(" DS ")[1].strip() for line in lines if " DS " in line]


def trust_anchor(stack: Stack) -> str:
    """Return the DNSKEY record of the stack's own root."""
    database = str(_database(stack, REGISTRY, primary=True))
    return _as_knot("keymgr", "-C", database, ".", "dnskey")


def _role(kind: Kind, *, primary: bool) -> str:
    return f"{kind.name}_{'primary' if primary else 'secondary'}"


def _state(stack: Stack, kind: Kind, *, primary: bool) -> Path:
    return stack.var / "knot" / part_name(kind, primary=primary)


def _database(stack: Stack, kind: Kind, *, primary: bool) -> Path:
    return _state(stack, kind, primary=primary) / "confdb"


def _part(stack: Stack, kind: Kind, *, primary: bool, requires: tuple[str, ...]) -> Part:
    role = _role(kind, primary=primary)
    return Part(
        name=part_name(kind, primary=primary),
        # Starts as root for port 53 and changes to its own user by itself.
        command=("knotd", "-C", str(_database(stack, kind, primary=primary))),
        listens=(stack.endpoint(role),),
        check=lambda: _check(stack, kind, primary=primary),
        requires=requires,
        prepare=lambda: _prepare(stack, kind, primary=primary),
        after=(lambda: _fill(stack, kind)) if primary else None,
        pid_file=stack.run / "knot" / part_name(kind, primary=primary) / "knot.pid",
        stop_seconds=10,
    )


def _prepare(stack: Stack, kind: Kind, *, primary: bool) -> None:
    name = part_name(kind, primary=primary)
    state = stack.folder("knot", name, owner=USER, mode=0o750)
    for folder in ("confdb", "db", "zones"):
        stack.folder("knot", name, folder, owner=USER, mode=0o750)
    stack.run_folder("knot", owner=USER, mode=0o750)
    run = stack.run_folder("knot", name, owner=USER, mode=0o750)
    configuration = stack.render(
        "knot/knot.conf.j2",
        f"knot/{name}.conf",
        owner=USER,
        mode=0o600,
        values={
            "run": run,
            "control": control_socket(stack, kind, primary=primary),
            "state": state,
            "kind": kind.name,
            "primary": primary,
            "address": stack.address(_role(kind, primary=primary)),
            "partner": stack.address(_role(kind, primary=not primary)),
            "zones": (*kind.zones, *_added_zones(stack, kind, primary=primary)),
            "platform_zones": (f"{PLATFORM_HOST}.", RECORDS_ZONE),
            "updater_key": kind.updater_key,
            "platform_key": PLATFORM_KEY,
        },
    )
    _as_knot(
        "knotc",
        "-C",
        str(_database(stack, kind, primary=primary)),
        "-f",
        "conf-import",
        str(configuration),
    )
    if primary:
        _ensure_keys(stack, kind)
        for zone in kind.zones:
            if zone.fixed:
                _render_zone(stack, zone, state / "zones" / zone.file)


def _added_zones(stack: Stack, kind: Kind, *, primary: bool) -> list[Zone]:
    """Return the zones that were added at run time, read from the configuration database of the last start."""
    database = _database(stack, kind, primary=primary)
    if not (database / "data.mdb").exists():
        return []
    known = {zone.name for zone in kind.zones}
    exported = _as_knot("knotc", "-C", str(database), "conf-export")
    section = exported.partition("\nzone:")[2]
    return [
        Zone(name=name, template="") for name in _ZONE_LINE.findall(section) if name not in known
    ]


def _ensure_keys(stack: Stack, kind: Kind) -> None:
    # Made before the first start, so that the parent's DS and the trust anchor are known from the beginning.
    database = str(_database(stack, kind, primary=True))
    for zone in kind.zones:
        if zone.signed and not _as_knot("keymgr", "-C", database, zone.name, "list").strip():
            _as_knot("keymgr", "-C", database, zone.name, "generate", "ksk=yes", "zsk=yes")


def _render_zone(stack: Stack, zone: Zone, target: Path) -> str:
    stack.render(
        f"knot/zones/{zone.template}",
        target,
        owner=USER,
        mode=0o640,
        values={
            "pointers": POINTERS,
            "certificate_key_sha256": _certificate_key_hash(stack),
            "test_ds": delegation(stack, REGISTRY, "test.") if zone.name == "." else [],
            "infra_ds": delegation(stack, HOSTING, f"{INFRA_DOMAIN}.")
            if zone.name == "test."
            else [],
        },
    )
    return target.read_text()


def _certificate_key_hash(stack: Stack) -> str:
    certificate = x509.load_pem_x509_certificate(stack.certificate_file.read_bytes())
    key = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    digest = hashes.Hash(hashes.SHA256())
    digest.update(key)
    return digest.finalize().hex()


def _fill(stack: Stack, kind: Kind) -> None:
    """Give their first records to zones that change at run time and are still empty."""
    for zone in kind.zones:
        if zone.fixed or _has_content(stack, kind, zone):
            continue
        text = _render_zone(
            stack, zone, _state(stack, kind, primary=True) / "zones" / f"first-{zone.file}"
        )
        _control(stack, kind, "zone-begin", zone.name)
        for line in text.splitlines():
            if line and not line.startswith(";"):
                _control(stack, kind, "zone-set", zone.name, *line.split(" ", 3))
        _control(stack, kind, "zone-commit", zone.name)


def _has_content(stack: Stack, kind: Kind, zone: Zone) -> bool:
    done = subprocess.run(
        [
            "knotc",
            "-s",
            str(control_socket(stack, kind, primary=True)),
            "zone-read",
            zone.name,
            "@",
            "SOA",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    return done.returncode == 0 and " SOA " in done.stdout


def _control(stack: Stack, kind: Kind, *words: str) -> str:
    return _run(["knotc", "-s", str(control_socket(stack, kind, primary=True)), *words])


def _as_knot(*words: str) -> str:
    return _run(list(words), user=USER)


def _run(command: list[str], *, user: str | None = None) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        user=user,
        group=user,
        extra_groups=() if user else None,
        cwd="/",
    )
    if done.returncode != 0:
        raise StackError(f"{' '.join(command)}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def _check(stack: Stack, kind: Kind, *, primary: bool) -> str:
    address, port = stack.endpoint(_role(kind, primary=primary))
    # A primary is ready before its zones are filled; a secondary once the transfer is done.
    zone = next(zone for zone in kind.zones if zone.fixed)
    try:
        answer = dns.query.udp(
            dns.message.make_query(zone.name, "SOA"), address, port=port, timeout=2
        )
    except dns.exception.DNSException as error:
        raise NotReadyError(f"no DNS answer: {error!r}") from error
    if not answer.answer or not answer.flags & dns.flags.AA:
        raise NotReadyError(f"SOA of {zone.name} is not answered with authority")
    return f"answers for {zone.name} with authority"
