"""Every secret of a stack: one file each below var/secrets, mode 600, made on first start and never changed after."""

import base64
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stack import folders

DATABASE_ROLES = (
    "owner",
    "provision",
    "web",
    "operator",
    "worker",
    "delivery",
    "signer",
    "postfix",
    "dovecot",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a secret is made and which system user may read it besides root."""

    make: Callable[[], bytes]
    owner: str


def _token() -> bytes:
    return secrets.token_hex(24).encode()


def _raw() -> bytes:
    return secrets.token_bytes(32)


def _tsig() -> bytes:
    return base64.b64encode(secrets.token_bytes(32))


def _password() -> bytes:
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(4)).encode()


_OURS = "livery"

SECRETS: dict[str, Kind] = {
    "secret_key": Kind(make=_token, owner=_OURS),
    "master_key": Kind(make=_raw, owner=_OURS),
    "identity_key": Kind(make=_raw, owner=_OURS),
    "webmail_key": Kind(make=_token, owner=_OURS),
    "operator_password": Kind(make=_password, owner=_OURS),
    # TSIG keys (hmac-sha256, base64): the platform's own zone, the zones of domain owners, registry and transfers.
    "dns_platform": Kind(make=_tsig, owner=_OURS),
    "dns_owner": Kind(make=_tsig, owner="root"),
    "dns_registry": Kind(make=_tsig, owner="root"),
    "dns_transfer": Kind(make=_tsig, owner="root"),
    "redis": Kind(make=_token, owner="root"),
    "doveadm": Kind(make=_token, owner=_OURS),
    "rspamd": Kind(make=_token, owner=_OURS),
    "roundcube": Kind(make=_token, owner="root"),
    **{f"database/{role}": Kind(make=_token, owner=_OURS) for role in DATABASE_ROLES},
}


def path(var: Path, name: str) -> Path:
    """Return where a secret lies; KeyError for a name that is not in the table."""
    if name not in SECRETS:
        raise KeyError(name)
    return var / "secrets" / name


def make_all(var: Path) -> None:
    """Make every secret that does not exist yet and put right owner and mode of all of them."""
    folders.make(var / "secrets", mode=0o711)
    folders.make(var / "secrets" / "database", owner=_OURS, mode=0o700)
    for name in SECRETS:
        _ensure(var, name)


def read(var: Path, name: str) -> str:
    """Return a text secret without surrounding white space, making it when it is new."""
    return _ensure(var, name).read_bytes().decode("ascii").strip()


def _ensure(var: Path, name: str) -> Path:
    target = path(var, name)
    kind = SECRETS[name]
    if not target.exists() or os.path.getsize(target) == 0:
        folders.write(target, kind.make(), owner=kind.owner, mode=0o600)
    else:
        folders.give(target, owner=kind.owner, mode=0o600)
    return target
