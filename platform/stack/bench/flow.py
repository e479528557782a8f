"""A steady flow of mail in both directions that knows which messages were accepted."""

import smtplib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from stack.client.compose import compose
from stack.client.mailbox import imap_session
from stack.client.smtp import submit
from stack.client.waiting import DeadlineError, wait_for
from stack.demo.world import World

PAUSE = 0.15


class Flow:
    """Sends one message out and one in, again and again, and notes the accepted ones."""

    def __init__(self, world: World, *, word: str) -> None:
        self._world = world
        self._word = word
        self._ended = threading.Event()
        self.sink = world.outside_address(word)
        self.sent_out: list[str] = []
        self.sent_in: list[str] = []
        self.refused = 0

    def run(self) -> None:
        """Send until ended."""
        number = 0
        while not self._ended.is_set():
            number += 1
            self._try(self.sent_out, f"{self._word} out {number:04d}", self._send_out)
            self._try(self.sent_in, f"{self._word} in {number:04d}", self._send_in)
            time.sleep(PAUSE)

    def end(self) -> None:
        """Stop sending."""
        self._ended.set()

    def _try(self, accepted: list[str], subject: str, send: Callable[[str], bool]) -> None:
        try:
            good = send(subject)
        except (OSError, smtplib.SMTPException):
            good = False
        if good:
            accepted.append(subject)
        else:
            self.refused += 1

    def _send_out(self, subject: str) -> bool:
        user = self._world.sender
        reply = submit(
            self._world.endpoints.service("submission"),
            login=user.address,
            password=user.password,
            recipient=self.sink,
            message=compose(sender=user.address, recipient=self.sink, subject=subject),
        )
        # 5xx would be a permanent refusal of good mail: that must never happen, whatever is down.
        if reply.code >= 500 and reply.phase != "login":
            raise AssertionError(f"{subject} was refused for good: {reply}")
        return reply.ok and reply.phase == "dot"

    def _send_in(self, subject: str) -> bool:
        sender = self._world.outside_address("flow")
        to = self._world.sender.address
        message = compose(sender=sender, recipient=to, subject=subject)
        reply = self._world.outside.send(sender=sender, recipient=to, message=message)
        if reply.code >= 500:
            raise AssertionError(f"{subject} was refused for good: {reply}")
        return reply.ok and reply.phase == "dot"

    def has_grown(self, sent_out: int, sent_in: int) -> bool:
        """Whether more was accepted in both directions than these numbers."""
        return len(self.sent_out) > sent_out and len(self.sent_in) > sent_in

    def missing_outside(self) -> set[str]:
        """Return the accepted outgoing subjects that the outside MX has not seen."""
        seen = {m.subject for m in self._world.outside.messages(self.sink, limit=1000)}
        return set(self.sent_out) - seen

    def missing_inside(self) -> set[str]:
        """Return the accepted incoming subjects that are not in the INBOX."""
        user = self._world.sender
        imaps = self._world.endpoints.service("imaps")
        with imap_session(imaps, login=user.address, password=user.password) as client:
            client.select("INBOX", readonly=True)
            _, found = client.search(None, "SUBJECT", f'"{self._word} in"')
            numbers = (found[0] or b"").decode().replace(" ", ",")
            seen = set()
            if numbers:
                _, parts = client.fetch(numbers, "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
                heads = [part[1].decode() for part in parts if isinstance(part, tuple)]
                seen = {head.partition(":")[2].strip() for head in heads}
        return set(self.sent_in) - seen

    def wait_complete(self, *, seconds: float) -> None:
        """Wait until every accepted message is where it belongs; DeadlineError names what is missing."""
        _wait_none(self.missing_outside, place="outside", seconds=seconds)
        _wait_none(self.missing_inside, place="in the INBOX", seconds=seconds)


def _wait_none(missing: Callable[[], set[str]], *, place: str, seconds: float) -> None:
    try:
        wait_for(lambda: not missing(), what=f"arrival {place}", seconds=seconds, every=1)
    except DeadlineError as error:
        raise DeadlineError(f"{error}: still missing are {sorted(missing())}") from error


@contextmanager
def flowing(world: World, *, word: str) -> Iterator[Flow]:
    """Send in the background while the block runs."""
    flow = Flow(world, word=word)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            flow.run()
        except BaseException as error:  # noqa: BLE001  # told to the test below
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield flow
    finally:
        flow.end()
        thread.join(timeout=120)
    if failures:
        raise failures[0]
