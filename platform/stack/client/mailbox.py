"""IMAP and POP3 as a mail program speaks them, over verified TLS."""

import email
import email.policy
import imaplib
import poplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from stack.client.endpoints import Service
from stack.client.tls import context_of, secured

SECONDS = 120


class LoginRefusedError(Exception):
    """The server refused the login; the text is the server's."""


class LoginUnavailableError(Exception):
    """The server could not tell whether the login is right (RFC 5530 §3, RFC 3206 §4): try again."""


def _refusal(error: Exception) -> Exception:
    is_temporary = "[UNAVAILABLE]" in str(error) or "[SYS/TEMP]" in str(error)
    return (LoginUnavailableError if is_temporary else LoginRefusedError)(str(error))


def _socket(service: Service, *, implicit: bool) -> socket.socket:
    plain = socket.create_connection((service.address, service.port), SECONDS)
    return secured(plain, service) if implicit else plain


class _NamedImap(imaplib.IMAP4):
    def __init__(self, service: Service) -> None:
        self._service = service
        super().__init__(service.sni, service.port, SECONDS)

    def _create_socket(self, _timeout: float | None) -> socket.socket:
        return _socket(self._service, implicit=self._service.tls == "implicit")


class _NamedPop(poplib.POP3):
    def __init__(self, service: Service) -> None:
        self._service = service
        super().__init__(service.sni, service.port, SECONDS)

    def _create_socket(self, _timeout: float) -> socket.socket:
        return _socket(self._service, implicit=self._service.tls == "implicit")


@contextmanager
def imap_session(service: Service, *, login: str, password: str) -> Iterator[imaplib.IMAP4]:
    """Log in over IMAP (STARTTLS or implicit, as listed); LoginRefusedError when refused."""
    client = _NamedImap(service)
    try:
        if service.tls == "starttls":
            client.starttls(context_of(service))
        try:
            client.login(login, password)
        except imaplib.IMAP4.error as error:
            raise _refusal(error) from error
        yield client
    finally:
        _close(client)


def _close(client: imaplib.IMAP4) -> None:
    # A server that went away has already ended the session.
    try:
        client.logout()
    except (imaplib.IMAP4.error, OSError):
        client.shutdown()


@contextmanager
def pop_session(service: Service, *, login: str, password: str) -> Iterator[poplib.POP3]:
    """Log in over POP3 (STLS or implicit, as listed); LoginRefusedError when refused."""
    client: poplib.POP3 = _NamedPop(service)
    try:
        if service.tls == "starttls":
            client.host = service.sni  # the name that poplib verifies
            client.stls(context_of(service))
        try:
            client.user(login)
            client.pass_(password)
        except poplib.error_proto as error:
            raise _refusal(error) from error
        yield client
    finally:
        client.close()


def find_message(
    client: imaplib.IMAP4, *, subject: str = "", text: str = "", folder: str = "INBOX"
) -> EmailMessage | None:
    """Return the newest message of a folder with SUBJECT in its subject or TEXT anywhere, or None."""
    status, _ = client.select(folder, readonly=True)
    if status != "OK":
        return None
    wanted = ("SUBJECT", _quoted(subject)) if subject else ("TEXT", _quoted(text))
    _, found = client.search(None, *wanted)
    numbers = (found[0] or b"").split()
    if not numbers:
        return None
    _, parts = client.fetch(numbers[-1].decode(), "(RFC822)")
    for part in parts:
        if isinstance(part, tuple):
            return parse(part[1])
    return None


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "").replace('"', "") + '"'


def parse(raw: bytes) -> EmailMessage:
    """Parse a message with the modern policy."""
    return email.message_from_bytes(raw, policy=email.policy.default)


def tls_version(client: imaplib.IMAP4 | poplib.POP3) -> str:
    """Return the TLS version of a session, or 'none'."""
    return (client.sock.version() or "none") if isinstance(client.sock, ssl.SSLSocket) else "none"
