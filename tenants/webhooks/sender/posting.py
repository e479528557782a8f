"""One POST to one receiver: to the address that was judged, without redirections, bounded."""

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx

from kernel.errors import ApplicationError
from tenants.webhooks.sender.lookup import Addresses, LookupFailed
from tenants.webhooks.targets import Target, is_address, is_on_the_internet, read_target

#: Seconds for a request with everything: DNS, connection, TLS and answer.
SECONDS = 10.0
#: Bytes of an answer that are read, and characters of a refusal that the log keeps.
MOST_READ, MOST_KEPT = 4096, 300
AGENT = "Webhooks/1.0"
_LONGEST_NUMBER = 6


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
        return self.status is not None and 200 <= self.status < 300


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
        self._client = httpx.AsyncClient(
            verify=ssl.create_default_context(cafile=authorities or None),
            trust_env=False,
            timeout=seconds,
            follow_redirects=False,
            # No connection outlives its request: the next may have to go to another address.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        )

    async def post(self, url: str, *, body: str, headers: Mapping[str, str]) -> Answer:
        """Never raises for what a receiver does; `milliseconds` is the whole time."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._seconds):
                target = read_target(url, allow_private=self._allow_private)
                address = await self._address(target)
                response, text = await self._send(target, address, body, headers)
        except TimeoutError:
            return _failed(f"no answer within {self._seconds:g} seconds", began)
        except ApplicationError:
            return _failed("this address is not allowed", began)
        except (NotSent, LookupFailed) as error:
            return _failed(str(error), began)
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, UnicodeError) as error:
            return _failed(_words(error), began)
        return _answer(response, text, began)

    async def _address(self, target: Target) -> str:
        """The one address of this request; what is private is as if it were not there."""
        found = [target.host] if is_address(target.host) else await self._addresses(target.host)
        allowed = [one for one in found if self._allow_private or is_on_the_internet(one)]
        if not allowed:
            raise NotSent("the host is not on the Internet" if found else "the host has no address")
        return allowed[0]

    async def _send(
        self, target: Target, address: str, body: str, headers: Mapping[str, str]
    ) -> tuple[httpx.Response, str]:
        said = {
            **headers,
            "Host": target.authority,
            "Content-Type": "application/json",
            "User-Agent": AGENT,
            # What is compressed could be larger than what was read.
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        # The certificate is checked against the name in SNI.
        name = {"sni_hostname": target.host}
        async with self._client.stream(
            "POST", target.at(address), content=body.encode(), headers=said, extensions=name
        ) as response:
            return response, await _beginning(response)


async def _beginning(response: httpx.Response) -> str:
    if response.is_success:
        return ""  # a receiver that heard us may say what it likes
    read = b""
    async for part in response.aiter_raw():
        read += part
        if len(read) >= MOST_READ:
            break
    text = read[:MOST_READ].decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else " " for sign in text)[:MOST_KEPT].strip()


def _answer(response: httpx.Response, text: str, began: float) -> Answer:
    error = "" if response.is_success else f"answered {response.status_code}"
    if response.is_redirect:
        error = f"answered {response.status_code}: redirections are not followed"
    return Answer(
        status=response.status_code,
        error=error,
        text=text,
        milliseconds=_since(began),
        wish=_wish(response.headers.get("retry-after", "")),
    )


def _failed(error: str, began: float) -> Answer:
    return Answer(error=error[:200], milliseconds=_since(began))


def _wish(text: str) -> timedelta:
    """Retry-After in seconds (RFC 9110 §10.2.3); a date is not read."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return timedelta(seconds=int(text) if is_number else 0)


def _words(error: BaseException) -> str:
    """The deepest cause says most: a certificate's fault, a refused connection."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return f"the certificate is not good: {seen.verify_message}"
        seen = seen.__cause__ or seen.__context__
    if isinstance(error, httpx.ConnectError):
        return "no connection"
    return f"the connection broke: {type(error).__name__}"


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
