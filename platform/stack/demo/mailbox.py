"""Journey 3: a mailbox is created and its owner logs in over IMAP and POP3 with TLS."""

import re
from urllib.parse import quote

from stack.client.mailbox import LoginRefusedError, imap_session, pop_session, tls_version
from stack.client.waiting import wait_for
from stack.client.web import Browser
from stack.demo.steps import Journey, Step, expect
from stack.demo.world import User, World, password

#: What the settings offer a mail program, by the names of the endpoints.
OFFERED = ("imaps", "pop3s", "submissions", "submission")


def create(world: World, *, local_part: str) -> User:
    """Create one mailbox over the API."""
    secret = password()
    made = world.acme.rest.post(
        "/mailboxes",
        {
            "domain": world.domain_id,
            "local_part": local_part,
            "password": secret,
            "display_name": local_part.title(),
        },
    )
    expect(made["address"] == f"{local_part}@{world.domain}", f"address is {made['address']}")
    expect(made["state"] == "active", f"state is {made['state']}")
    return User(id=made["id"], address=made["address"], password=secret)


def create_both(world: World) -> str:
    """Create ann and ben."""
    world.ann = create(world, local_part="ann")
    world.ben = create(world, local_part="ben")
    shown = world.acme.rest.get(f"/mailboxes/{world.ann.id}")
    expect("password" not in shown, f"the mailbox shows {sorted(shown)}")
    return f"{world.ann.address} ({world.ann.id}), {world.ben.address}"


def find_settings(world: World) -> str:
    """Ask the reseller's client-settings host as a mail program does."""
    address = quote(world.sender.address)
    page = Browser(world.endpoints).get(
        f"https://{world.acme.settings_host}/mail/config-v1.1.xml?emailaddress={address}"
    )
    expect(page.status == 200, f"answered {page.status}: {page.text[:160]}")
    expect(world.acme.product in page.text, f"no “{world.acme.product}” in the settings")
    hosts = re.findall(
        r'Server type="(.+?)"><hostname>(.+?)</hostname><port>(.+?)</port>', page.text
    )
    known = {(s.host, s.port) for s in map(world.service, OFFERED)}
    for _, host, port in hosts:
        expect((host, int(port)) in known, f"{host}:{port} is not the reseller's")
    expect(len(hosts) == len(OFFERED), f"{len(hosts)} servers offered")
    return "; ".join(f"{kind} {host}:{port}" for kind, host, port in hosts)


def log_in_imap(world: World) -> str:
    """Log in over IMAP with STARTTLS and with TLS from the start."""
    seen = []
    for key in ("imap", "imaps"):
        service = world.service(key)
        with imap_session(
            service, login=world.sender.address, password=world.sender.password
        ) as client:
            status, found = client.select("INBOX", readonly=True)
            expect(status == "OK", f"SELECT INBOX answered {status}")
            count = (found[0] or b"?").decode()
            seen.append(f"{key} {tls_version(client)}: INBOX has {count}")
    return "; ".join(seen)


def log_in_pop(world: World) -> str:
    """Log in over POP3 with STLS and with TLS from the start."""
    seen = []
    for key in ("pop3", "pop3s"):
        service = world.service(key)
        with pop_session(
            service, login=world.sender.address, password=world.sender.password
        ) as client:
            seen.append(f"{key} {tls_version(client)}: {client.stat()[0]} messages")
    return "; ".join(seen)


def refused(world: World, *, secret: str) -> str | None:
    """Return the refusal of an IMAPS login, or None when it was let in."""
    service = world.service("imaps")
    try:
        with imap_session(service, login=world.sender.address, password=secret):
            return None
    except LoginRefusedError as error:
        return str(error)


def wrong_password(world: World) -> str:
    """A wrong password is refused over IMAP and POP3."""
    guess = "wrong"
    answer = refused(world, secret=guess) or ""
    expect(answer, "IMAP let a wrong password in")
    service = world.service("pop3s")
    try:
        with pop_session(service, login=world.sender.address, password=guess):
            expect(False, "POP3 let a wrong password in")
    except LoginRefusedError as error:
        return f"IMAP: {answer[:50]}; POP3: {str(error)[:50]}"
    return ""


def suspend_and_resume(world: World) -> str:
    """A suspended mailbox is refused, a resumed one is let in."""
    path = f"/mailboxes/{world.sender.id}"
    world.acme.rest.post(f"{path}/suspend")
    answer = wait_for(lambda: refused(world, secret=world.sender.password), what="refusal")
    state = world.acme.rest.get(path)["state"]
    expect(state == "suspended", f"state is {state}")
    world.acme.rest.post(f"{path}/resume")
    wait_for(lambda: refused(world, secret=world.sender.password) is None, what="login")
    return f"suspended: {answer[:60]}; resumed: let in"


JOURNEY: Journey[World] = Journey(
    key="J3",
    title="a mailbox is created and opened",
    needs=("J2",),
    steps=(
        Step(name="mailboxes by API", act=create_both),
        Step(name="a mail program finds its settings", act=find_settings),
        Step(name="IMAP and IMAPS", act=log_in_imap),
        Step(name="POP3 and POP3S", act=log_in_pop),
        Step(name="wrong password is refused", act=wrong_password),
        Step(name="suspended is refused, resumed is let in", act=suspend_and_resume),
    ),
)
