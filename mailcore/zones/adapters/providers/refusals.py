"""Why a provider did not do what it was asked to, in codes of ours."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath

import httpx
from lexicon.exceptions import AuthenticationError

from mailcore.protocol.dns_zone import Change
from mailcore.zones.adapters.providers.catalogue import PROVIDERS
from mailcore.zones.ports import ZoneBusy, ZoneRefused

log = logging.getLogger(__name__)

_LONGEST_WAIT = 3600.0
#: Refusals that pass.
_PASSING = frozenset({"provider.failed", "provider.rate_limited"})


@contextmanager
def translated(provider: str, *, done: list[Change]) -> Iterator[None]:
    """Raise what a provider's code raises as ZoneBusy or ZoneRefused; `done` was changed before."""
    try:
        yield
    except ZoneRefused as error:
        raise ZoneRefused(error.code, done=done) from error
    except AuthenticationError as error:
        raise ZoneRefused("provider.not_zone", done=done) from error
    except httpx.HTTPStatusError as error:
        code = PROVIDERS[provider].make.code_of(error.response)
        if code in _PASSING:
            raise ZoneBusy(code, wait=_wait(error.response)) from error
        raise ZoneRefused(code, done=done) from error
    except httpx.TimeoutException as error:
        raise ZoneBusy("provider.timeout") from error
    except httpx.HTTPError as error:
        raise ZoneBusy("provider.unreachable") from error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # Not the JSON that the provider documents, as dns-lexicon found when it used it.
        log.warning(
            "%s is not understood: %s at %s",
            provider, type(error).__name__, _lines_of(error),
        )  # fmt: skip
        raise ZoneRefused("provider.malformed", done=done) from error


def _lines_of(error: Exception) -> str:
    """The lines of code on the way to it; not what it says: that may be what was answered."""
    frames = traceback.extract_tb(error.__traceback__)
    return " ".join(f"{PurePath(one.filename).name}:{one.lineno}" for one in frames)


def _wait(response: httpx.Response) -> float:
    """Retry-After in seconds (RFC 9110 §10.2.3); a date is not read."""
    text = response.headers.get("retry-after", "")
    return min(float(text), _LONGEST_WAIT) if text.isascii() and text.isdigit() else 0.0
