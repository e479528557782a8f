"""SMTP as a mail program and as a stranger's server speak it: every reply of a session is kept."""

import smtplib
import socket
from dataclasses import dataclass

from stack.client.endpoints import Service
from stack.client.tls import context_of, secured

SECONDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One SMTP reply and the phase it answered (connect, login, mail, rcpt, data, dot)."""

    phase: str
    code: int
    text: str

    @property
    def ok(self) -> bool:
        """Whether the server said yes."""
        return 200 <= self.code < 400


class _Named(smtplib.SMTP):
    """smtplib that connects to one address and verifies another name."""

    def __init__(self, service: Service, *, source: str | None, helo: str) -> None:
        self._service = service
        self._source = source
        super().__init__(local_hostname=helo, timeout=SECONDS)

    def open(self) -> None:
        """Connect, with TLS at once when the service wants it; ConnectionError when the greeting refuses."""
        code, text = self.connect(self._service.address, self._service.port)
        self._host = self._service.sni  # what starttls() verifies
        if code >= 400:
            raise ConnectionError(f"{self._service.key} greeted with {code} {_text(text)}")

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        source = (self._source, 0) if self._source else None
        plain = socket.create_connection((host, port), timeout, source)
        return secured(plain, self._service) if self._service.tls == "implicit" else plain


def _text(value: bytes | str) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def open_session(
    service: Service, *, source: str | None = None, helo: str = "client.outside.test"
) -> smtplib.SMTP:
    """Connect and greet, with STARTTLS when the service is listed so; ConnectionError when refused.

    The caller closes it (it is a context manager).
    """
    session = _Named(service, source=source, helo=helo)
    try:
        session.open()
        session.ehlo()
        if service.tls == "starttls":
            session.starttls(context=context_of(service))
            session.ehlo()
    except BaseException:
        session.close()
        raise
    return session


def transfer(session: smtplib.SMTP, *, sender: str, recipient: str, message: bytes) -> Reply:
    """Send one message to one recipient and return the first refusal, or the reply to the final dot."""
    session.rset()
    size = [f"SIZE={len(message)}"] if session.has_extn("size") else []
    code, text = session.mail(sender, size)
    if code >= 400:
        return Reply(phase="mail", code=code, text=_text(text))
    code, text = session.rcpt(recipient)
    if code >= 400:
        return Reply(phase="rcpt", code=code, text=_text(text))
    try:
        code, text = session.data(message)
    except smtplib.SMTPDataError as error:
        return Reply(phase="data", code=error.smtp_code, text=_text(error.smtp_error))
    return Reply(phase="dot", code=code, text=_text(text))


def submit(
    service: Service, *, login: str, password: str, recipient: str, message: bytes, sender: str = ""
) -> Reply:
    """Log in as a mail program and send one message; a refused login is a Reply with phase login."""
    with open_session(service, helo="laptop.home.test") as session:
        try:
            session.login(login, password)
        except smtplib.SMTPAuthenticationError as error:
            return Reply(phase="login", code=error.smtp_code, text=_text(error.smtp_error))
        return transfer(session, sender=sender or login, recipient=recipient, message=message)
