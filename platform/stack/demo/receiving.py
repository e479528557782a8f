"""Journey 4, inward: a reply from outside is read, unknown recipients are refused, nothing is relayed."""

from stack.client.compose import compose
from stack.demo.sending import read_in_inbox, submit_as
from stack.demo.steps import Journey, Step, expect
from stack.demo.world import World


def received_subject(world: World) -> str:
    """Return the subject of the message that this journey brings in (webmail looks for it)."""
    return f"reply from outside {world.mark}"


def reply_from_outside(world: World) -> str:
    """A signed message from outside is read over IMAP."""
    sender, subject = world.outside_address("bob"), received_subject(world)
    message = compose(sender=sender, recipient=world.sender.address, subject=subject)
    reply = world.outside.send(sender=sender, recipient=world.sender.address, message=message)
    expect(reply.ok, f"{reply.phase}: {reply.code} {reply.text}")
    seen = read_in_inbox(world, world.sender, subject=subject)
    return f"{reply.code} {reply.text[:50]}; read “{seen['Subject']}” over IMAP"


def unknown_recipient(world: World) -> str:
    """An unknown recipient is refused at RCPT."""
    sender, to = world.outside_address("bob"), f"nobody@{world.domain}"
    message = compose(sender=sender, recipient=to, subject="nobody there")
    reply = world.outside.send(sender=sender, recipient=to, message=message)
    expect(reply.phase == "rcpt" and reply.code == 550, f"{reply.phase}: {reply.code} {reply.text}")
    return f"550 at RCPT: {reply.text[:70]}"


def not_a_relay(world: World) -> str:
    """The MX takes nothing for other people's domains."""
    sender, to = world.outside_address("bob"), world.outside_address("carol")
    message = compose(sender=sender, recipient=to, subject="relay me")
    reply = world.outside.send(sender=sender, recipient=to, message=message)
    expect(reply.phase == "rcpt" and 500 <= reply.code < 600, f"{reply.phase}: {reply.code}")
    return f"{reply.code} at RCPT: {reply.text[:70]}"


def between_colleagues(world: World) -> str:
    """Ann writes to Ben in the same domain."""
    assert world.ben is not None
    subject = f"lunch {world.mark}"
    reply = submit_as(world, world.sender, to=world.ben.address, subject=subject)
    expect(reply.ok, f"{reply.phase}: {reply.code} {reply.text}")
    seen = read_in_inbox(world, world.ben, subject=subject)
    return f"{reply.code}; Ben reads “{seen['Subject']}” from {seen['From']}"


JOURNEY: Journey[World] = Journey(
    key="J4-in",
    title="mail comes in",
    needs=("J3",),
    steps=(
        Step(name="reply from outside is read by IMAP", act=reply_from_outside),
        Step(name="unknown recipient is refused", act=unknown_recipient),
        Step(name="not a relay", act=not_a_relay),
        Step(name="from colleague to colleague", act=between_colleagues),
    ),
)
