"""Journey 4, outward: submission, sender rules, retry after 4xx, a DSN after 5xx."""

from email.message import EmailMessage

from stack.client.compose import compose
from stack.client.mailbox import find_message, imap_session
from stack.client.smtp import Reply, open_session, submit, transfer
from stack.client.waiting import PATIENCE, wait_for
from stack.demo.steps import Journey, Step, expect
from stack.demo.world import User, World

RETRY_SECONDS = 420  # the first retry comes after 5 minutes ± 20 % at full scale


def submit_as(
    world: World, user: User, *, to: str, subject: str, key: str = "submission", **changed: str
) -> Reply:
    """Submit a message as a mailbox; `author` or `envelope` may be somebody else's."""
    message = compose(
        sender=changed.get("author", f"{user.address}"), recipient=to, subject=subject
    )
    reply = submit(
        world.service(key),
        login=user.address,
        password=user.password,
        sender=changed.get("envelope", user.address),
        recipient=to,
        message=message,
    )
    if reply.ok:
        world.sent += 1
    return reply


def read_in_inbox(
    world: World, user: User, *, subject: str, seconds: float = PATIENCE
) -> EmailMessage:
    """Wait for a message in the INBOX, read over IMAPS."""
    service = world.endpoints.service("imaps")

    def look() -> EmailMessage | None:
        with imap_session(service, login=user.address, password=user.password) as client:
            return find_message(client, subject=subject)

    return wait_for(
        look, what=f"“{subject}” in the INBOX of {user.address}", seconds=seconds, every=0.5
    )


def send_out(world: World, *, key: str) -> str:
    """Submit on one port and read it at the outside MX, where everything passes."""
    to, subject = world.outside_address("bob"), f"hello by {key} {world.mark}"
    reply = submit_as(world, world.sender, to=to, subject=subject, key=key)
    expect(reply.ok, f"{reply.phase}: {reply.code} {reply.text}")
    arrived = world.outside.wait_message(to, subject=subject)
    expect(arrived.is_authentic(world.domain), arrived.verdict_line)
    expect(arrived.facts["tls"], "it arrived without TLS")
    return f"{reply.code} {reply.text[:40]}; at {world.endpoints.outside_domain}: {arrived.verdict_line}"


def foreign_sender(world: World) -> str:
    """A foreign envelope sender or From is refused in session."""
    assert world.ben is not None
    seen = []
    for name, changed in (
        ("envelope", {"envelope": world.ben.address}),
        ("From", {"author": world.ben.address}),
    ):
        to = world.outside_address("bob")
        reply = submit_as(world, world.sender, to=to, subject=f"forged {world.mark}", **changed)
        expect(reply.code == 550, f"foreign {name} got {reply.code} {reply.text} at {reply.phase}")
        seen.append(f"foreign {name}: 550 at {reply.phase}")
    arrived = world.outside.messages(world.outside_address("bob"))
    expect(not [m for m in arrived if "forged" in m.subject], "a forged message arrived")
    return "; ".join(seen)


def no_login(world: World) -> str:
    """Nobody submits without a login."""
    service = world.service("submission")
    to = world.outside_address("bob")
    message = compose(sender=world.sender.address, recipient=to, subject="no login")
    with open_session(service) as session:
        reply = transfer(session, sender=world.sender.address, recipient=to, message=message)
    expect(500 <= reply.code < 600, f"without login: {reply.code} {reply.text}")
    login, guess = world.sender.address, "wrong"
    wrong = submit(service, login=login, password=guess, recipient=to, message=message)
    expect(
        wrong.phase == "login" and wrong.code == 535, f"wrong password: {wrong.code} {wrong.text}"
    )
    return f"without login {reply.code} at {reply.phase}; wrong password {wrong.code}"


def retry_recipient(world: World) -> tuple[str, str]:
    """Return recipient and subject of the message that meets a 4xx first."""
    return world.outside_address("later"), f"try again {world.mark}"


def deferred(world: World) -> str:
    """A recipient whose server says 4xx: the message is accepted from the user and kept."""
    to, subject = retry_recipient(world)
    world.outside.misbehave(to, phase="rcpt", reply="451 4.3.0 try again later", times=1)
    reply = submit_as(world, world.sender, to=to, subject=subject)
    expect(reply.ok, f"{reply.phase}: {reply.code} {reply.text}")
    tries = wait_for(lambda: world.outside.attempts(to), what="first try")
    expect(tries[0]["reply"].startswith("451"), f"the first answer was {tries[0]['reply']}")
    return f"{reply.code} to the user; the remote said {tries[0]['reply']}"


def retried(world: World) -> str:
    """The message that met a 4xx is tried again and arrives."""
    to, subject = retry_recipient(world)
    world.outside.wait_message(to, subject=subject, seconds=RETRY_SECONDS)
    tries = [one for one in world.outside.attempts(to) if one["phase"] == "rcpt"]
    gap = tries[-1]["at"] - tries[0]["at"]
    return f"{len(tries)} tries: 451, then {tries[-1]['reply'][:3]} after {gap:.1f} s"


def bounced(world: World) -> str:
    """A 5xx of the remote comes back to the sender as a DSN."""
    to, subject = world.outside_address("gone"), f"no such person {world.mark}"
    world.outside.misbehave(to, phase="rcpt", reply="550 5.1.1 no such user here")
    reply = submit_as(world, world.sender, to=to, subject=subject)
    expect(reply.ok, f"{reply.phase}: {reply.code} {reply.text}")

    def look() -> EmailMessage | None:
        with imap_session(
            world.endpoints.service("imaps"),
            login=world.sender.address,
            password=world.sender.password,
        ) as client:
            return find_message(client, text=to)

    dsn = wait_for(look, what="DSN in the sender's INBOX", every=0.5)
    kinds = [part.get_content_type() for part in dsn.walk()]
    expect("message/delivery-status" in kinds, f"the report has parts {kinds}")
    status = next(
        part for part in dsn.walk() if part.get_content_type() == "message/delivery-status"
    )
    text = "\n".join(str(part) for part in status.get_payload())
    expect("5.1.1" in text, f"the report's status is {text[:200]}")
    expect("failed" in text.lower(), f"the report's action is {text[:200]}")
    return f"“{dsn['Subject']}” from {dsn['From']}: Status 5.1.1, Action failed"


JOURNEY: Journey[World] = Journey(
    key="J4-out",
    title="mail goes out",
    needs=("J3",),
    steps=(
        Step(name="4xx keeps the message", act=deferred),
        Step(name="submission 587 STARTTLS", act=lambda w: send_out(w, key="submission")),
        Step(name="submission 465 TLS", act=lambda w: send_out(w, key="submissions")),
        Step(name="foreign sender is refused", act=foreign_sender),
        Step(name="nobody sends without a login", act=no_login),
        Step(name="5xx comes back as a DSN", act=bounced),
    ),
)

#: Apart and last, because a real retry comes minutes later.
RETRY: Journey[World] = Journey(
    key="J4-retry",
    title="what met a 4xx arrives",
    needs=("J4-out",),
    steps=(Step(name="4xx is tried again", act=retried),),
)
