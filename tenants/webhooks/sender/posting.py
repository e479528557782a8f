"""One POST to one receiver: to the address that was judged, without redirections, bounded."""

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from kernel.errors import ApplicationError
from tenants.webhooks.sender import wire
from tenants.webhooks.sender.lookup import Addresses, LookupFailed
from tenants.webhooks.targets import Target, is_address, is_on_the_internet, read_target

#: Seconds for a request with everything: DNS, connection, TLS and answer.
SECONDS = 10.0
#: Characters of a refusal that the log keeps.
MOST_KEPT = 300
AGENT = "Webhooks/1.0"
_LONGEST_NUMBER = 6
_SUCCESS, _REDIRECTIONS = range(200, 300), range(300, 400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a request: the status, or an error in words; `text` is a refusal's beginning."""

    status: int | None = None
    error: str = ""
    text: str = ""
    milliseconds: int = 0
    wish: timedelta = timedelta(0)

    @property
    def is_heard(self) -> bool:
        """Only 2xx says that the receiver has the event."""
        return self.status in _SUCCESS


class NotSent(Exception):
    """The request was not even begun; the text says why."""


class Poster:
    """Posts to anybody on the Internet; to private addresses only where the settings say so."""

    def __init__(
        self,
        addresses: Addresses,
        *,
        allow_private: bool,
        authorities: str = "",
        seconds: float = SECONDS,
    ) -> None:
        """`authorities` is a PEM file, empty for the system's."""
        self._addresses = addresses
        self._allow_private = allow_private
        self._seconds = seconds
        self._context = ssl.create_default_context(cafile=authorities or None)

    async def post(self, url: str, *, body: str, headers: Mapping[str, str]) -> Answer:
        """Never raises for what a receiver does; `milliseconds` is the whole time."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._seconds):
                target = read_target(url, allow_private=self._allow_private)
                address = await self._address(target)
                reply = await self._send(target, address, body, headers)
        except TimeoutError:
            return _failed(f"no answer within {self._seconds:g} seconds", began)
        except ApplicationError:
            return _failed("this address is not allowed", began)
        except (NotSent, LookupFailed) as error:
            return _failed(str(error), began)
        except (OSError, EOFError, ValueError, wire.BadAnswer) as error:
            return _failed(_words(error), began)
        return _answer(reply, began)

    async def _address(self, target: Target) -> str:
        """The one address of this request; what is private is as if it were not there."""
        found = [target.host] if is_address(target.host) else await self._addresses(target.host)
        allowed = [one for one in found if self._allow_private or is_on_the_internet(one)]
        if not allowed:
            raise NotSent("the host is not on the Internet" if found else "the host has no address")
        return allowed[0]

    async def _send(
        self, target: Target, address: str, body: str, headers: Mapping[str, str]
    ) -> wire.Reply:
        is_tls = target.scheme == "https"
        place = wire.Place(address=address, port=target.port, name=target.host if is_tls else None)
        said = {
            "Host": target.authority,
            "User-Agent": AGENT,
            "Accept": "*/*",
            # What is compressed could be larger than what was read.
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "Connection": "close",
            **headers,
        }
        return await wire.post(
            place, path=target.path, headers=said, body=body.encode(), context=self._context
        )


def _answer(reply: wire.Reply, began: float) -> Answer:
    error = "" if reply.status in _SUCCESS else f"answered {reply.status}"
    if reply.status in _REDIRECTIONS:
        error = f"answered {reply.status}: redirections are not followed"
    return Answer(
        status=reply.status,
        error=error,
        text=reply.text[:MOST_KEPT],
        milliseconds=_since(began),
        wish=_wish(reply.headers.get("retry-after", "")),
    )


def _failed(error: str, began: float) -> Answer:
    return Answer(error=error[:200], milliseconds=_since(began))


def _wish(text: str) -> timedelta:
    """Retry-After in seconds (RFC 9110 §10.2.3); a date is not read."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return timedelta(seconds=int(text) if is_number else 0)


def _words(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not good: {error.verify_message}"
    if isinstance(error, wire.BadAnswer):
        return f"no HTTP answer: {error}"
    if isinstance(error, ConnectionRefusedError):
        return "no connection: refused"
    if isinstance(error, EOFError | ConnectionError):
        return "the connection ended without an answer"
    return f"no connection: {type(error).__name__}"


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
