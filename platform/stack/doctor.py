"""Is every part healthy, is the code's own state right, is the directory consistent, and what is to be done?"""

import json
import os
import subprocess
import time
from dataclasses import asdict, dataclass
from typing import Any

from stack import overview, registry, show, supervision
from stack.model import Part, Stack

COMMAND_SECONDS = 120
#: What `manage.py doctor` documents: 0 all well, 1 something is wrong and its JSON says what.
DOCUMENTED_CODES = frozenset({0, 1})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that was looked at; SAW says what was seen and, when not ok, what to do."""

    name: str
    ok: bool
    seconds: float
    saw: str


def examine(stack: Stack) -> list[Step]:
    """Look at everything and return a step for each; never raises for what is merely broken."""
    supervisor = supervision.connect(stack)
    if supervisor is None:
        return [Step(name="supervisor", ok=False, seconds=0.0, saw="not running. Do: ./livery up")]
    known = supervisor.all()
    steps = [
        _part(part, known.get(part.name), stack) for part in registry.parts(stack) if not part.once
    ]
    return steps + _code(stack)


def _part(part: Part, info: supervision.Info | None, stack: Stack) -> Step:
    began = time.monotonic()
    if info is None or info.state != "RUNNING":
        state = (
            "unknown to the supervisor" if info is None else f"{info.state.lower()}: {info.message}"
        )
        remedy = f"Do: ./livery logs {part.name}; then ./livery restart {part.name}"
        return Step(name=part.name, ok=False, seconds=0.0, saw=f"{state}. {remedy}")
    ok, saw = overview.health(part)
    if not ok:
        saw = f"{saw}. Do: ./livery restart {part.name}; its log: {stack.logs / part.name}.log"
    return Step(name=part.name, ok=ok, seconds=time.monotonic() - began, saw=saw)


def run_manage(stack: Stack, *arguments: str, role: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py as a database role and return what it printed; exit code 124 when it took too long."""
    command = [str(stack.python), str(stack.checkout / "manage.py"), *arguments]
    try:
        return subprocess.run(
            command,
            env={**os.environ, **stack.environment(role=role)},
            cwd=stack.checkout,
            check=False,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, "", f"no answer after {COMMAND_SECONDS} s")


def _manage(stack: Stack, command: str, *, role: str) -> Step:
    began = time.monotonic()
    result = run_manage(stack, command, role=role)
    words = (result.stdout or result.stderr).strip().splitlines()
    ok = result.returncode == 0
    saw = words[-1] if words else "no words"
    if not ok:
        saw = f"exit code {result.returncode}: {saw}. Do: ./livery restart prepare"
    return Step(name=command, ok=ok, seconds=time.monotonic() - began, saw=saw)


def _code(stack: Stack) -> list[Step]:
    """Ask the code whether it is ready and its directory consistent (`manage.py doctor` covers both)."""
    began = time.monotonic()
    result = run_manage(stack, "doctor", "--json", role="operator")
    seconds = time.monotonic() - began
    try:
        report: dict[str, Any] = json.loads(result.stdout)
        steps = [
            Step(
                name=str(one["name"]),
                ok=bool(one["ok"]),
                seconds=float(one["seconds"]),
                saw=str(one["saw"]),
            )
            for one in report["steps"]
        ]
    except (ValueError, KeyError, TypeError):
        steps = []
    if result.returncode in DOCUMENTED_CODES and steps:
        return steps
    words = (result.stderr or result.stdout).strip().splitlines()
    saw = f"manage.py doctor ended with {result.returncode}: {words[-1] if words else 'no words'}"
    broken = Step(name="consistency", ok=False, seconds=seconds, saw=saw)
    return [*steps, _manage(stack, "check_ready", role="owner"), broken]


def doctor(stack: Stack, *, as_json: bool) -> bool:
    """Print the examination, as a table or as JSON, and return True when all is well."""
    steps = examine(stack)
    well = all(step.ok for step in steps)
    if as_json:
        rounded = [{**asdict(step), "seconds": round(step.seconds, 3)} for step in steps]
        show.say(json.dumps({"ok": well, "steps": rounded}, indent=2))
        return well
    width = max(len(step.name) for step in steps)
    for step in steps:
        show.step(step.name, seconds=step.seconds, saw=step.saw, ok=step.ok, width=width)
    bad = [step.name for step in steps if not step.ok]
    show.say("All is well." if well else f"Not well: {', '.join(bad)}.")
    return well
