"""Keep certificates for the names that the web lists: have Caddy get and renew them, hand them on."""

import base64
import json
import logging
import socket
import ssl
import time
import urllib.request
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from stack.mail_names.shelf import Shelf

log = logging.getLogger(__name__)

#: Caddy renews a certificate when somebody asks for it and a third of its life is left.
_ASK_AGAIN = 3600.0
#: An authority may count failures: a name that has none yet is asked for this often.
_RETRY = 30.0
#: Authorities that look at a name from outside take their time.
_SECONDS = 60
_AT_ONCE = 8


@dataclass(slots=True, kw_only=True)
class Keeper:
    """Where everybody is: web and doveadm (`host:port`), Caddy and its store, Postfix's configuration."""

    web: str
    https: tuple[str, int]
    store: Path
    shelf: Shelf
    doveadm: str
    doveadm_key: Path
    postfix: Path
    _due: dict[str, float] = field(default_factory=dict)
    _is_told: bool = True

    def look(self) -> None:
        """One round; raises OSError, ValueError or CalledProcessError, and the next one does the rest."""
        wanted = self._names()
        self._ask_for(wanted)
        gone = self.shelf.strangers(wanted)
        if self.shelf.take(wanted, store=self.store) or gone:
            self._is_told = False
        if self._is_told:
            return
        names = [name for name in self.shelf.names() if name in wanted]
        self.shelf.write_for_postfix(names, self.postfix)
        self.shelf.write_for_dovecot(names)
        self._reload_dovecot()
        for path in gone:  # only now: Dovecot does not start with a file that is not there
            path.unlink()
        self._is_told = True
        log.info("%d names have a certificate", len(names))

    def _reload_dovecot(self) -> None:
        """Have Dovecot read its list again; sessions go on."""
        # Over HTTP: in a container of our own there is no other way to its master.
        key = base64.b64encode(self.doveadm_key.read_bytes().strip()).decode()
        request = urllib.request.Request(
            f"http://{self.doveadm}/doveadm/v1",
            data=json.dumps([["reload", {}, "reload"]]).encode(),
            headers={"Authorization": f"X-Dovecot-API {key}"},
        )
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 (http, to our own Dovecot)
            if json.load(answer)[0][0] != "doveadmResponse":
                raise ValueError("Dovecot did not reload")

    def _names(self) -> set[str]:
        with urllib.request.urlopen(f"http://{self.web}/mail-names", timeout=_SECONDS) as answer:
            return {str(name) for name in json.load(answer)["names"]}

    def _ask_for(self, names: Collection[str]) -> None:
        now = time.monotonic()
        due = [name for name in names if self._due.get(name, 0.0) <= now]
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
            done = list(pool.map(self._handshake, due))
        for name, is_served in zip(due, done, strict=True):
            self._due[name] = now + (_ASK_AGAIN if is_served else _RETRY)

    def _handshake(self, name: str) -> bool:
        # Nothing is sent and nothing believed: what counts is what Caddy then holds in its store.
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            with (
                socket.create_connection(self.https, timeout=_SECONDS) as plain,
                context.wrap_socket(plain, server_hostname=name),
            ):
                return True
        except OSError as error:
            log.warning("no certificate for %s: %s", name, error)
            return False
