"""How many requests a key, its reseller, and a stranger's address may make (RateLimit fields).

Counted in Redis, by the minute. Redis may be wiped or away at any moment: then nothing is counted,
nothing is said, and every request passes, for a limit protects the platform and is no right of
anybody's; a platform that refused all its customers because a cache is away would be worse off.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rest_framework.response import Response

from kernel.actor import Actor
from kernel.errors import ApplicationError

log = logging.getLogger(__name__)

WINDOW = 60  # seconds
#: So long a request waits for Redis, and so long it is left alone after it did not answer.
_PATIENCE, _REST = 0.1, 5.0


class TooManyRequests(ApplicationError):
    """Too many requests; wait as many seconds as Retry-After says."""

    code = "rate_limited"
    status = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a caller stands with one limit: `remaining` of `quota` requests, for `seconds` more."""

    policy: str
    quota: int
    used: int
    seconds: int

    @property
    def remaining(self) -> int:
        """At least none."""
        return max(self.quota - self.used, 0)


def count(actor: Actor) -> list[Standing]:
    """Count a request of this actor's; empty while Redis is away."""
    quotas = settings.API_REQUESTS_PER_MINUTE
    # A key and all that it made have one allowance: making keys gives nobody more.
    key = actor.maker or actor.id
    return _count(
        [("key", key, quotas["key"]), ("reseller", str(actor.reseller), quotas["reseller"])]
    )


def count_failure(address: str | None) -> list[Standing]:
    """Count a request from this address that showed no good key."""
    quota = settings.API_REQUESTS_PER_MINUTE["failures"]
    return _count([("failures", address or "unknown", quota)])


def require(standings: Sequence[Standing]) -> None:
    """Raise TooManyRequests when one of them is used up."""
    if any(one.used > one.quota for one in standings):
        raise TooManyRequests


def tell(response: Response, standings: Sequence[Standing]) -> None:
    """The fields of draft-ietf-httpapi-ratelimit-headers-10, and Retry-After with a 429."""
    if not standings:
        return
    response["RateLimit-Policy"] = ", ".join(
        f'"{one.policy}";q={one.quota};w={WINDOW}' for one in standings
    )
    response["RateLimit"] = ", ".join(
        f'"{one.policy}";r={one.remaining};t={one.seconds}' for one in standings
    )
    if response.status_code == TooManyRequests.status:
        response["Retry-After"] = str(max(one.seconds for one in standings))


class _Counter:
    """Redis, left alone for some seconds after each time that it did not answer."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(
            url,
            socket_timeout=_PATIENCE,
            socket_connect_timeout=_PATIENCE,
            retry=Retry(NoBackoff(), 0),
        )
        self._away_until = 0.0

    def add(self, keys: Sequence[str]) -> list[int]:
        """Each key's count with this one; empty when Redis is away."""
        if time.monotonic() < self._away_until:
            return []
        try:
            with self._redis.pipeline(transaction=False) as pipe:
                for key in keys:
                    pipe.incr(key)
                    pipe.expire(key, 2 * WINDOW)
                return [int(one) for one in pipe.execute()[::2]]
        except RedisError as error:
            log.warning("requests are not counted: %s", error)
            self._away_until = time.monotonic() + _REST
            return []


def seconds() -> float:
    """The machine's own seconds: a limit is about its load, whatever day a simulation has."""
    return time.time()


@cache
def _counter(url: str) -> _Counter:
    return _Counter(url)


def _count(limits: Sequence[tuple[str, str, int]]) -> list[Standing]:
    window, passed = divmod(int(seconds()), WINDOW)
    keys = [f"api:{policy}:{who}:{window}" for policy, who, _ in limits]
    return list(_standings(limits, _counter(settings.REDIS_URL).add(keys), WINDOW - passed))


def _standings(
    limits: Sequence[tuple[str, str, int]], counted: Sequence[int], left: int
) -> Iterator[Standing]:
    for (policy, _, quota), used in zip(limits, counted, strict=False):
        yield Standing(policy=policy, quota=quota, used=used, seconds=left)
