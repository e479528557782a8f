"""Unbound: the resolver of the workers, of Rspamd and of the outside world."""

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode

from stack.mail_parts import knot
from stack.model import INFRA_DOMAIN, NotReadyError, Part, Stack

USER = "unbound"


def parts(stack: Stack) -> list[Part]:
    """Return the resolver."""
    return [
        Part(
            name="unbound",
            # Starts as root for port 53 and changes to its own user by itself.
            command=("unbound", "-d", "-p", "-c", str(stack.etc / "unbound" / "unbound.conf")),
            listens=(stack.endpoint("resolver"),),
            check=lambda: _check(stack),
            requires=("registry", "hosting"),
            prepare=lambda: _prepare(stack),
            stop_seconds=10,
        )
    ]


def _prepare(stack: Stack) -> None:
    state = stack.folder("unbound", owner=USER, mode=0o750)
    anchor = stack.etc / "unbound" / "root.key"
    hints = stack.render("unbound/root.hints.j2", "unbound/root.hints")
    stack.render("unbound/root.key.j2", anchor, values={"anchor": knot.trust_anchor(stack)})
    stack.render(
        "unbound/unbound.conf.j2",
        "unbound/unbound.conf",
        values={"state": state, "hints": hints, "anchor": anchor},
    )


def _check(stack: Stack) -> str:
    address, port = stack.endpoint("resolver")
    question = dns.message.make_query(f"mx.{INFRA_DOMAIN}.", "A", want_dnssec=True)
    try:
        answer = dns.query.udp(question, address, port=port, timeout=5)
    except dns.exception.DNSException as error:
        raise NotReadyError(f"no DNS answer: {error!r}") from error
    if answer.rcode() != dns.rcode.NOERROR or not answer.answer:
        raise NotReadyError(f"mx.{INFRA_DOMAIN} is answered {dns.rcode.to_text(answer.rcode())}")
    validated = "validated" if answer.flags & dns.flags.AD else "not validated"
    return f"walks from the root to mx.{INFRA_DOMAIN}, {validated}"
