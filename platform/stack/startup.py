"""Starting parts: each as soon as what it requires is ready, watched until it answers in its own protocol."""

import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from stack import processes, show, supervision
from stack.model import NotReadyError, Part, Stack, StackError

POLL_SECONDS = 0.05
#: Between two questions to the same part; a question may take long, so each is asked in a thread of its own.
ASK_AGAIN_SECONDS = 0.2
QUESTIONS_AT_ONCE = 8
#: A part that died this often before it was ready will not do better by itself.
GIVE_UP_AFTER = 3


class StartError(StackError):
    """A part that did not come up; `part` names it."""

    def __init__(self, part: str, reason: str, log: Path, *, since: int) -> None:
        lines = supervision.tail(log, since=since)
        shown = "\n".join(f"    | {line}" for line in lines) or "    | (the log is empty)"
        super().__init__(f"{part}: {reason}\n  The end of {log}:\n{shown}")
        self.part = part


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One part on its way up."""

    part: Part
    began: float
    #: Size of the log before this start: what comes after it is ours to show.
    log_size: int
    process: subprocess.Popen[bytes] | None = None
    starts: set[int] = field(default_factory=set)
    last_words: str = "it was not asked yet"
    question: Future[str] | None = None
    ask_after: float = 0

    @property
    def seconds(self) -> float:
        """Seconds since this part's turn came."""
        return time.monotonic() - self.began


class Startup:
    """Brings the parts of one stack up; parts that do not require each other start side by side."""

    def __init__(
        self, stack: Stack, supervisor: supervision.Supervisor, parts: Sequence[Part]
    ) -> None:
        self._stack = stack
        self._supervisor = supervisor
        self._waiting = list(parts)
        self._known = {part.name for part in parts}
        self._starting: dict[str, Attempt] = {}
        self._ready: set[str] = set()
        self._asking = ThreadPoolExecutor(max_workers=QUESTIONS_AT_ONCE)

    def run(self) -> None:
        """Start everything and return when all is ready; StartError with the end of the log otherwise."""
        try:
            while self._waiting or self._starting:
                self._start_what_may()
                moved = [name for name in list(self._starting) if self._advance(name)]
                if not moved:
                    time.sleep(POLL_SECONDS)
        finally:
            self._asking.shutdown(wait=False, cancel_futures=True)
            for attempt in self._starting.values():
                if attempt.process is not None and attempt.process.poll() is None:
                    attempt.process.terminate()

    def _start_what_may(self) -> None:
        for part in list(self._waiting):
            # A requirement that is not among ours was ready before we came.
            if not (set(part.requires) & self._known) - self._ready:
                self._waiting.remove(part)
                self._starting[part.name] = self._start(part)

    def _start(self, part: Part) -> Attempt:
        log = self._log(part)
        size = log.stat().st_size if log.exists() else 0
        attempt = Attempt(part=part, began=time.monotonic(), log_size=size)
        if part.prepare is not None:
            try:
                part.prepare()
            except (OSError, subprocess.SubprocessError) as error:
                raise StackError(f"{part.name}: preparing it failed: {error}") from error
        if part.once:
            attempt.process = self._run_once(part)
        else:
            self._supervisor.start(part.name)
        return attempt

    def _run_once(self, part: Part) -> subprocess.Popen[bytes]:
        with self._log(part).open("ab") as output:
            return subprocess.Popen(
                supervision.wrapper(self._stack, part.name),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _log(self, part: Part) -> Path:
        return self._stack.logs / f"{part.name}.log"

    def _advance(self, name: str) -> bool:
        attempt = self._starting[name]
        saw = self._look_once(attempt) if attempt.part.once else self._look(attempt)
        if saw is None:
            if attempt.seconds > attempt.part.ready_seconds:
                reason = (
                    f"not ready after {attempt.part.ready_seconds:.0f} s ({attempt.last_words})"
                )
                raise self._failed(attempt, reason)
            return False
        if attempt.part.after is not None:
            attempt.part.after()
        show.step(name, seconds=attempt.seconds, saw=saw)
        del self._starting[name]
        self._ready.add(name)
        return True

    def _failed(self, attempt: Attempt, reason: str) -> StartError:
        show.step(attempt.part.name, seconds=attempt.seconds, saw="failed", ok=False)
        log = self._log(attempt.part)
        return StartError(attempt.part.name, reason, log, since=attempt.log_size)

    def _look_once(self, attempt: Attempt) -> str | None:
        assert attempt.process is not None
        code = attempt.process.poll()
        if code is None:
            attempt.last_words = "it still runs"
            return None
        if code != 0:
            raise self._failed(attempt, f"ended with exit code {code}")
        return "done"

    def _look(self, attempt: Attempt) -> str | None:
        info = self._supervisor.info(attempt.part.name)
        attempt.last_words = info.message or info.state.lower()
        if info.state == "BACKOFF":
            attempt.starts.add(info.started)
        if info.state == "FATAL" or len(attempt.starts) >= GIVE_UP_AFTER:
            raise self._failed(attempt, f"ends again right after its start ({info.message})")
        if info.state != "RUNNING" and not (info.state == "STARTING" and attempt.part.listens):
            return None
        return self._ask(attempt)

    def _ask(self, attempt: Attempt) -> str | None:
        if attempt.question is None:
            if time.monotonic() >= attempt.ask_after:
                attempt.question = self._asking.submit(probe, attempt.part)
            return None
        if not attempt.question.done():
            return None
        question, attempt.question = attempt.question, None
        try:
            return question.result()
        except (OSError, NotReadyError) as error:
            attempt.last_words = str(error)
            attempt.ask_after = time.monotonic() + ASK_AGAIN_SECONDS
            return None


def probe(part: Part) -> str:
    """Connect to every port of a part and ask it its question; return what was seen, raise OSError or NotReadyError."""
    for endpoint in part.listens:
        if not processes.answers(endpoint):
            raise NotReadyError(f"nothing answers at {endpoint[0]}:{endpoint[1]}")
    if part.check is not None:
        return part.check()
    if part.listens:
        return "answers at " + ", ".join(f"{host}:{port}" for host, port in part.listens[:2])
    return "running"
