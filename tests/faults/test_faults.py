"""Parts stop and die while mail flows: no accepted message is lost, and mail does not need the control plane."""

from functools import partial
from typing import Protocol

from stack.bench.flow import flowing
from stack.client.compose import compose
from stack.client.waiting import wait_for
from stack.demo.mailbox import log_in_imap
from stack.demo.sending import read_in_inbox, submit_as
from stack.demo.world import World

CONTROL_PLANE = ("beat", "control", "events", "egress.node1", "web", "redis")
KILLED = (
    "postfix",
    "dovecot",
    "accept",
    "egress.node1",
    "rspamd",
    "redis",
    "postgres",
    "web",
    "unbound",
)
RETURN_SECONDS = 360


class PartsLike(Protocol):
    """What `parts` can do."""

    def names(self) -> set[str]: ...
    def stop(self, name: str) -> None: ...
    def start(self, name: str) -> None: ...
    def kill(self, name: str) -> None: ...


def test_mail_goes_on_while_web_celery_and_redis_are_stopped(
    world: World, parts: PartsLike
) -> None:
    to, out, inward = (
        world.outside_address("patient"),
        f"held {world.mark}",
        f"while down {world.mark}",
    )
    sender = world.outside_address("visitor")
    try:
        for name in CONTROL_PLANE:
            parts.stop(name)
        message = compose(sender=sender, recipient=world.sender.address, subject=inward)
        reply = world.outside.send(sender=sender, recipient=world.sender.address, message=message)
        assert reply.ok, reply
        assert read_in_inbox(world, world.sender, subject=inward)
        assert log_in_imap(world)
        reply = submit_as(world, world.sender, to=to, subject=out)
        assert reply.ok, reply
        assert world.outside.messages(to) == []
    finally:
        for name in reversed(CONTROL_PLANE):
            parts.start(name)
    assert world.outside.wait_message(to, subject=out, seconds=RETURN_SECONDS)


def test_a_worker_killed_in_the_middle_of_delivery_loses_nothing(
    world: World, parts: PartsLike
) -> None:
    recipients = [world.outside_address(f"slow{number}") for number in range(8)]
    world.outside.misbehave("slow*", phase="dot", delay=2.0, times=len(recipients))
    try:
        for recipient in recipients:
            assert submit_as(world, world.sender, to=recipient, subject=f"mid {world.mark}").ok
        wait_for(
            lambda: any(world.outside.attempts(recipient) for recipient in recipients),
            what="delivery in session",
            every=0.05,
        )
        parts.kill("egress.node1")
    finally:
        world.outside.behave()
    for recipient in recipients:
        assert world.outside.wait_message(recipient, subject="mid", seconds=RETURN_SECONDS)
    copies = {recipient: len(world.outside.messages(recipient)) for recipient in recipients}
    assert max(copies.values()) <= 2, copies


def test_kill_9_of_each_part_in_turn_loses_no_accepted_message(
    world: World, parts: PartsLike
) -> None:
    assert set(KILLED) <= parts.names()
    with flowing(world, word="kill") as flow:
        wait_for(lambda: flow.sent_out and flow.sent_in, what="mail flowing")
        for name in KILLED:
            parts.kill(name)
            before = (len(flow.sent_out), len(flow.sent_in))
            wait_for(
                partial(flow.has_grown, *before),
                what=f"mail flowing again after kill -9 of {name}",
            )
    flow.wait_complete(seconds=RETURN_SECONDS)
