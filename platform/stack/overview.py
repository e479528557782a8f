"""Tables: what a running stack offers, how each part is, and what its logs say."""

import os
import shlex
import time
from pathlib import Path

from stack import env_file, record, registry, show, supervision
from stack.endpoints import local_url
from stack.env_file import OPERATOR_EMAIL
from stack.model import (
    INFRA_DOMAIN,
    OUTSIDE_DOMAIN,
    PLATFORM_HOST,
    NotReadyError,
    Part,
    Stack,
    StackError,
)
from stack.startup import probe

MINUTE, HOUR = 60, 3600


def summary(stack: Stack) -> None:
    """Print where everything is, and the one login."""
    outside_host, outside_port = stack.endpoint("outside_control")
    show.say()
    show.table(
        [
            ("portal", local_url(stack), "in your own browser, on this machine"),
            ("", f"https://{PLATFORM_HOST}/", f"{stack.address('https')}:443"),
            ("operator", OPERATOR_EMAIL, stack.secret("operator_password")),
            ("mail in", f"mx.{INFRA_DOMAIN}", f"{stack.address('mx')}:25"),
            ("submission", f"smtp.{INFRA_DOMAIN}", f"{stack.address('submission')}:587 and :465"),
            ("mailboxes", f"imap.{INFRA_DOMAIN}", f"{stack.address('imap')}:143 993 110 995 4190"),
            ("resolver", "all names of the stack", f"{stack.address('resolver')}:53"),
            (
                "outside world",
                f"anything@{OUTSIDE_DOMAIN}",
                f"http://{outside_host}:{outside_port}",
            ),
            ("authority", "trust it in your client", str(stack.ca_file)),
        ]
    )
    scale = float(env_file.values(stack)["LIVERY_DELAY_SCALE"])
    if scale != 1:
        show.say(f"  Delays (retries and the like) run at {scale:g} of their real length.")
    number = "" if stack.number == 1 else f" --stack {stack.number}"
    show.say()
    show.say(f"  ./livery demo{number} · doctor · status · logs PART · endpoints --json · down")


def status(stack: Stack) -> bool:
    """Print one line per part and return True when all of them are healthy."""
    supervisor = supervision.connect(stack)
    if supervisor is None:
        show.say(f"Stack {stack.number} is not up.")
        return False
    known = supervisor.all()
    rows = []
    well = True
    for part in registry.parts(stack):
        if part.once:
            continue
        info = known.get(part.name)
        state, pid, age = ("unknown", "", "") if info is None else _facts(info)
        healthy, saw = health(part) if state == "running" else (False, info.message if info else "")
        well = well and healthy
        rows.append((part.name, state, pid, age, "yes" if healthy else "NO", saw))
    show.table(rows, head=("part", "state", "pid", "up", "healthy", "saw"))
    noted = record.find(stack.number)
    if noted is not None:
        kind = (
            "detached"
            if noted.detached
            else "in the foreground"
            if noted.is_attended
            else "left by its launcher"
        )
        show.say(f"  Stack {stack.number} from {noted.var}, {kind}.")
    return well


def _facts(info: supervision.Info) -> tuple[str, str, str]:
    age = _age(info.seconds) if info.is_alive else ""
    return info.state.lower(), str(info.pid or ""), age


def _age(seconds: int) -> str:
    if seconds < MINUTE:
        return f"{seconds} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min"
    return f"{seconds // HOUR} h {seconds % HOUR // MINUTE} min"


def health(part: Part) -> tuple[bool, str]:
    """Ask one part its protocol's question: (healthy, what was seen)."""
    try:
        return True, probe(part)
    except (OSError, NotReadyError) as error:
        return False, str(error)


def log_files(stack: Stack, name: str | None) -> list[Path]:
    """Return the log of one part, or of all; StackError with the names there are."""
    if name is not None:
        path = stack.logs / f"{name}.log"
        if not path.exists():
            names = ", ".join(sorted(one.stem for one in stack.logs.glob("*.log")))
            raise StackError(f"There is no log of {name}. Logs: {names or 'none yet'}")
        return [path]
    return sorted(stack.logs.glob("*.log"))


def logs(stack: Stack, name: str | None, *, follow: bool) -> None:
    """Print the end of one log or of all; with FOLLOW stay and print what comes (Ctrl-C ends)."""
    files = log_files(stack, name)
    if follow:
        command = ["tail", "-n", "20", "-F", *map(str, files)]
        show.say(f"$ {shlex.join(command[:4])} … ({len(files)} logs)")
        os.execvp(command[0], command)  # noqa: S606 (tail takes our place)
    for path in files:
        lines = supervision.tail(path, lines=200 if name else 5)
        if not lines:
            continue
        if name is None:
            stamp = time.strftime("%H:%M:%S", time.localtime(path.stat().st_mtime))
            show.say(f"== {path.stem} (last written {stamp})")
        for line in lines:
            show.say(line)
