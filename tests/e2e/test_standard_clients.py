"""Anybody's mail program can use the stack with nothing but what the endpoints say."""

import imaplib
import poplib
import smtplib
import ssl
from email.message import EmailMessage
from typing import Any

import pytest

from stack.demo.steps import Outcome
from stack.demo.world import World


@pytest.fixture
def services(told: dict[str, Outcome], world: World) -> dict[str, Any]:
    if world.ann is None:
        pytest.fail("no mailbox was made: see the journeys")
    told_of: dict[str, Any] = world.endpoints.raw["services"]
    # As the reseller's clients are told: the names are the brand's, the addresses the same.
    names = {key: world.service(key).sni for key in ("imaps", "pop3s", "submissions")}
    return {key: told_of[key] | {"sni": name} for key, name in names.items()}


def context(service: dict[str, Any]) -> ssl.SSLContext:
    """TLS without name resolution: connect to the address, verify the name."""
    made = ssl.create_default_context(cafile=service["ca_file"])
    original = made.wrap_socket

    def wrap(sock: Any, *given: Any, **named: Any) -> ssl.SSLSocket:
        named["server_hostname"] = service["sni"]
        return original(sock, *given, **named)

    made.wrap_socket = wrap  # type: ignore[method-assign]
    return made


def test_imaplib(services: dict[str, Any], world: World) -> None:
    one = services["imaps"]
    with imaplib.IMAP4_SSL(one["address"], one["port"], ssl_context=context(one)) as client:
        client.login(world.sender.address, world.sender.password)
        assert client.select("INBOX")[0] == "OK"


def test_poplib(services: dict[str, Any], world: World) -> None:
    one = services["pop3s"]
    client = poplib.POP3_SSL(one["address"], one["port"], context=context(one))
    client.user(world.sender.address)
    client.pass_(world.sender.password)
    assert client.stat()[0] >= 1
    client.quit()


def test_smtplib(services: dict[str, Any], world: World) -> None:
    one = services["submissions"]
    message = EmailMessage()
    message["From"], message["To"] = world.sender.address, world.outside_address("smtplib")
    message["Subject"] = f"plain smtplib {world.mark}"
    message.set_content("hello")
    with smtplib.SMTP_SSL(one["address"], one["port"], context=context(one)) as client:
        client.login(world.sender.address, world.sender.password)
        client.send_message(message)
    assert world.outside.wait_message(str(message["To"]), subject=str(message["Subject"]))


def test_a_wrong_name_is_not_trusted(services: dict[str, Any]) -> None:
    one = services["imaps"] | {"sni": "imap.elsewhere.test"}
    with pytest.raises(ssl.SSLCertVerificationError):
        imaplib.IMAP4_SSL(one["address"], one["port"], ssl_context=context(one))
