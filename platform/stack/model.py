"""What a stack is and what a part of it is: the interface between the launcher and everybody who defines parts.

A module in `stack.mail_parts` exposes `def parts(stack: Stack) -> list[Part]`. Building the list must have no side
effect: folders, files and databases are made in `prepare`, which runs as root just before each start of the part.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from stack import addresses, folders, secret_files
from stack.templates import render_template

PLATFORM_HOST = "livery.test"
INFRA_DOMAIN = "infra.test"
OUTSIDE_DOMAIN = "outside.test"
LOCAL_SUFFIX = "localhost"
DATABASE = "livery"
SERVICE_USER = "livery"
MAIL_USER = "vmail"

Endpoint = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One numbered set of addresses, state and processes on this machine."""

    number: int
    mode: Literal["stack", "test"]
    checkout: Path
    var: Path

    @property
    def run(self) -> Path:
        """Folder of unix sockets, /run/livery-N (short, because a socket path ends at 107 characters)."""
        return Path(f"/run/livery-{self.number}")

    @property
    def deploy(self) -> Path:
        """Folder of configuration templates."""
        return self.checkout / "platform" / "deploy"

    @property
    def etc(self) -> Path:
        """Folder of rendered configuration: var/etc."""
        return self.var / "etc"

    @property
    def logs(self) -> Path:
        """Folder with one log per part: var/log/NAME.log (standard output and error)."""
        return self.var / "log"

    @property
    def python(self) -> Path:
        """The interpreter of the checkout's virtual environment."""
        return self.checkout / ".venv" / "bin" / "python"

    @property
    def env_file(self) -> Path:
        """The file where the stack tells the code what is where: var/env."""
        return self.var / "env"

    @property
    def endpoints_file(self) -> Path:
        """The machine-readable map that clients read: var/endpoints.json, mode 600."""
        return self.var / "endpoints.json"

    @property
    def ca_file(self) -> Path:
        """Certificate of the stack's own authority: var/tls/ca.pem; its key is `ca_key_file`."""
        return self.var / "tls" / "ca.pem"

    @property
    def ca_key_file(self) -> Path:
        """EC key of the stack's own authority, mode 600, root."""
        return self.var / "tls" / "ca.key"

    @property
    def certificate_file(self) -> Path:
        """Server certificate and chain for mx, smtp, imap.infra.test, names below the last two, and mx.outside.test."""
        return self.var / "tls" / "server.pem"

    @property
    def certificate_key_file(self) -> Path:
        """Key of `certificate_file`, mode 600, root (masters open it before they change user)."""
        return self.var / "tls" / "server.key"

    @property
    def profile_certificate_file(self) -> Path:
        """Certificate and chain that sign configuration profiles."""
        return self.var / "tls" / "profile.pem"

    @property
    def profile_certificate_key_file(self) -> Path:
        """Key of `profile_certificate_file`, mode 600, the service user's."""
        return self.var / "tls" / "profile.key"

    @property
    def local_port(self) -> int:
        """Port on 127.0.0.1 for `*.localhost` in a person's own browser."""
        return addresses.local_port(self.number)

    def address(self, role: str) -> str:
        """Return the address of a role named in `stack.addresses`."""
        return addresses.address(self.number, role)

    def port(self, role: str) -> int:
        """Return the port of a role named in `stack.addresses`."""
        return addresses.port(role)

    def endpoint(self, role: str) -> Endpoint:
        """Return (address, port) of a role, as `Part.listens` wants it."""
        return self.address(role), self.port(role)

    def secret_file(self, name: str) -> Path:
        """Return the path of a secret named in `stack.secret_files`; it exists once `up` has begun."""
        return secret_files.path(self.var, name)

    def secret(self, name: str) -> str:
        """Return a text secret (password, token, base64 TSIG key), made on first use."""
        return secret_files.read(self.var, name)

    def folder(self, *names: str, owner: str = "root", mode: int = 0o755) -> Path:
        """Make var/NAMES… (or only correct its owner and mode) and return it; parents stay as they are."""
        return folders.make(self.var.joinpath(*names), owner=owner, mode=mode)

    def run_folder(self, *names: str, owner: str = "root", mode: int = 0o755) -> Path:
        """Make a folder for sockets below /run/livery-N and return it."""
        return folders.make(self.run.joinpath(*names), owner=owner, mode=mode)

    def render(
        self,
        template: str,
        target: Path | str,
        *,
        owner: str = "root",
        mode: int = 0o644,
        values: Mapping[str, object] | None = None,
    ) -> Path:
        """Render platform/deploy/TEMPLATE to TARGET (relative: below var/etc) and return the path.

        Templates see `stack` and VALUES; an undefined name is an error. Give mode 0o600 or 0o640 when secrets are inside.
        """
        path = self.etc / target
        text = render_template(self.deploy, template, {"stack": self, **(values or {})})
        return folders.write(path, text, owner=owner, mode=mode)

    def environment(self, *, role: str | None = None) -> dict[str, str]:
        """Return what one of our own Python processes needs; ROLE is its database role (web, worker, owner …)."""
        values = {
            "LIVERY_ENV_FILE": str(self.env_file),
            "PYTHONSAFEPATH": "1",
            "PYTHONUNBUFFERED": "1",
        }
        if role is not None:
            values["LIVERY_DATABASE_ROLE"] = role
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One supervised process of the stack (or, with `once`, a command that `up` runs to its end)."""

    name: str
    command: tuple[str, ...]
    #: System user that the start wrapper changes to; None keeps root.
    user: str | None = None
    #: Added to a small clean environment (PATH, LANG, LIVERY_PART, HOME and USER of the user).
    environment: Mapping[str, str] = field(default_factory=dict)
    #: Working directory; None is the checkout.
    directory: Path | None = None
    #: TCP endpoints: looked at before the start (who has them?) and connected to until all answer.
    listens: tuple[Endpoint, ...] = ()
    #: One cheap exchange in the part's own protocol: returns what it saw in a few words; raises OSError or
    #: `NotReadyError` while the part is not healthy. Used by `up` after the ports answer, by `status` and by `doctor`.
    check: Callable[[], str] | None = None
    #: Names of parts that must be up before this one.
    requires: tuple[str, ...] = ()
    #: Runs as root before each start by `up` or `restart`: folders, rendered configuration, initdb, config check.
    prepare: Callable[[], None] | None = None
    #: Runs as root once the part is ready, at each `up`, idempotent (e.g. roles in the database, zones).
    after: Callable[[], None] | None = None
    #: A command that ends by itself with exit code 0, run in its place in the order (migrate, seed).
    once: bool = False
    #: Seconds until the part must be ready.
    ready_seconds: float = 120
    stop_signal: str = "TERM"
    stop_seconds: int = 15
    #: Signal the stop to the whole group: only for masters that do not end their children.
    stop_as_group: bool = False
    #: What the program takes for a sign that it runs already. A killed one leaves it behind, and its
    #: number may be somebody else's by now: the start wrapper removes it.
    pid_file: Path | None = None
    #: How far it stands back while others want the processor (nice(2)): 0 not at all, 19 the most.
    niceness: int = 0
    #: What the kernel sends to the process when supervisord is gone.
    death_signal: str = "TERM"


class NotReadyError(Exception):
    """A part answers, but not yet as it should; the text says what was seen."""


class StackError(Exception):
    """Something a person has to put right: the text is the whole message and says what to do."""
