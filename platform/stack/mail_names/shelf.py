"""What the mail servers present: one PEM file for each name, a list of them for Dovecot, a table for Postfix."""

import logging
import os
import re
import ssl
import subprocess
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from stack import folders

log = logging.getLogger(__name__)

#: What may become a file name and a line of configuration: the names come from another process.
_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")
_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A folder that root alone reads; the servers' masters read it before they change user."""

    folder: Path

    @property
    def dovecot_file(self) -> Path:
        """What dovecot.conf includes."""
        return self.folder / "dovecot.conf"

    @property
    def postfix_table(self) -> Path:
        """The table of `tls_server_sni_maps`, without the `.db` of its file."""
        return self.folder / "sni"

    def pem(self, name: str) -> Path:
        """Key and chain of a name."""
        return self.folder / f"{name}.pem"

    def names(self) -> list[str]:
        """The names that have a certificate which can be used; a damaged one stops no server."""
        # One context for all: to make one takes longer than to read a certificate.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        return sorted(p.stem for p in self.folder.glob("*.pem") if _is_whole(p, context))

    def take(self, wanted: Collection[str], *, store: Path) -> bool:
        """Copy what Caddy holds for these names; whether anything was new."""
        folders.make(self.folder, mode=0o700)
        held = sorted(store.glob("certificates/*/*/*.crt"), key=lambda path: path.stat().st_mtime)
        newest = {path.stem: path for path in held if path.stem in wanted}
        copied = [self._copy(path) for path in newest.values() if _NAME.fullmatch(path.stem)]
        return any(copied)

    def strangers(self, wanted: Collection[str]) -> list[Path]:
        """The files of names that are wanted no more: to be removed once no server reads them."""
        return [path for path in self.folder.glob("*.pem") if path.stem not in wanted]

    def write_for_dovecot(self, names: Iterable[str]) -> None:
        """List the certificates for Dovecot."""
        folders.make(self.folder, mode=0o700)
        blocks = (
            f"local_name {name} {{\n  ssl_cert = <{self.pem(name)}\n  ssl_key = <{self.pem(name)}\n}}\n"
            for name in names
        )
        folders.write(self.dovecot_file, "".join(blocks), mode=0o600)

    def write_for_postfix(self, names: Iterable[str], configuration: Path) -> None:
        """Make Postfix's table anew, which holds the certificates themselves; it needs no reload."""
        folders.make(self.folder, mode=0o700)
        draft = self.folder / "sni.new"
        lines = "".join(f"{name} {self.pem(name)}\n" for name in names)
        folders.write(draft, lines, mode=0o600)
        _run("postmap", "-c", str(configuration), "-F", f"hash:{draft}")
        draft.with_name("sni.new.db").replace(self.folder / "sni.db")

    def _copy(self, chain: Path) -> bool:
        key, kept = chain.with_suffix(".key"), self.pem(chain.stem)
        if not key.exists():
            return False
        made = max(chain.stat().st_mtime_ns, key.stat().st_mtime_ns)
        if kept.exists() and kept.stat().st_mtime_ns == made:
            return False
        content = key.read_bytes() + chain.read_bytes()
        draft = folders.write(self.folder / f"{chain.stem}.draft", content, mode=0o600)
        os.utime(draft, ns=(made, made))
        if not _is_whole(draft, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)):
            draft.unlink()  # half of it was renewed in this moment
            return False
        draft.replace(kept)
        return True


def _run(*command: str) -> None:
    subprocess.run(command, check=True, timeout=_SECONDS, cwd="/", stdin=subprocess.DEVNULL)


def _is_whole(path: Path, context: ssl.SSLContext) -> bool:
    try:
        context.load_cert_chain(path)
    except (ssl.SSLError, OSError) as error:
        log.warning("%s cannot be used: %s", path.name, error)
        return False
    return True
