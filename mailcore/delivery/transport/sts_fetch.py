"""The policy file of a domain over HTTPS, with a certificate that proves its host (RFC 8461 §3.3)."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence

import httpx

from mailcore.delivery.resolver import Unroutable
from mailcore.delivery.transport.sts import PolicyUnavailable
from mailcore.protocol import mta_sts

#: Seconds for the whole of it, RFC 8461 §3.3 has a minute; mail waits meanwhile.
SECONDS = 20.0

#: Addresses of a host that may be asked; raises Unroutable.
Addresses = Callable[[str], Awaitable[Sequence[str]]]


class PolicyFetcher:
    """Asks the policy host by an address that our own resolver found."""

    def __init__(self, addresses: Addresses, *, authorities: str, port: int = 443) -> None:
        """`authorities` is a PEM file, empty for the system's."""
        self._addresses = addresses
        self._context = ssl.create_default_context(cafile=authorities or None)
        self._port = port

    async def fetch(self, domain: str) -> str:
        """The text of the policy; raises PolicyUnavailable."""
        host = f"mta-sts.{domain}"
        try:
            async with asyncio.timeout(SECONDS):
                addresses = await self._addresses(host)
                if not addresses:
                    raise PolicyUnavailable(f"{host} has no address")
                return await self._get(host, addresses[0])
        except TimeoutError as error:
            raise PolicyUnavailable(f"{host} took too long") from error
        except Unroutable as error:
            raise PolicyUnavailable(str(error)) from error
        except (httpx.HTTPError, ssl.SSLError, OSError, UnicodeError) as error:
            is_untrusted = _has_cause(error, ssl.SSLCertVerificationError)
            raise PolicyUnavailable(
                f"{host}: {error}",
                result="sts-webpki-invalid" if is_untrusted else "sts-policy-fetch-error",
            ) from error

    async def _get(self, host: str, address: str) -> str:
        place = f"[{address}]" if ":" in address else address
        url = f"https://{place}:{self._port}/.well-known/mta-sts.txt"
        # The certificate is checked against the name in SNI, and no redirection is followed.
        name = {"sni_hostname": host}
        async with (
            httpx.AsyncClient(verify=self._context, trust_env=False, timeout=SECONDS) as client,
            client.stream("GET", url, headers={"Host": host}, extensions=name) as response,
        ):
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if response.status_code != 200 or kind != "text/plain":
                raise PolicyUnavailable(f"{host} answered {response.status_code} {kind}")
            text = b""
            async for part in response.aiter_bytes():
                text += part
                if len(text) > mta_sts.MAX_POLICY:
                    raise PolicyUnavailable(f"{host} sends without end")
            return text.decode("utf-8")


def _has_cause(error: BaseException | None, kind: type[BaseException]) -> bool:
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error is not None
