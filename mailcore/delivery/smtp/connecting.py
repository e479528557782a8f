"""A session under the TLS policy of its endpoint, or none."""

from collections.abc import Callable

from mailcore.delivery.egress_settings import Timeouts
from mailcore.delivery.smtp.envelope import ConnectionFailed
from mailcore.delivery.smtp.session import Endpoint, Session
from mailcore.delivery.smtp.tls import TlsPolicy
from mailcore.protocol.tls_rpt import ResultType

#: Hears how TLS went with an endpoint, once for each connection.
Opened = Callable[[Endpoint, ResultType], None]


def unheard(_endpoint: Endpoint, _result: ResultType) -> None:
    """For those who keep no account of it."""


async def connect(endpoint: Endpoint, *, timeouts: Timeouts, opened: Opened) -> Session:
    """An open session; raises ConnectionFailed.

    Where the policy allows less, a server whose TLS is broken gets its mail as one that has none.
    """
    first, *weaker = endpoint.policy.steps()
    session = Session(endpoint, timeouts=timeouts, policy=first)
    try:
        await session.open()
    except ConnectionFailed as failure:
        if failure.answer.phase != "starttls":
            raise
        opened(endpoint, failure.tls_result)
        return await _connect_with_less(endpoint, timeouts, weaker, failure)
    opened(endpoint, "")
    return session


async def _connect_with_less(
    endpoint: Endpoint, timeouts: Timeouts, policies: list[TlsPolicy], failure: ConnectionFailed
) -> Session:
    for policy in policies:
        session = Session(endpoint, timeouts=timeouts, policy=policy)
        try:
            await session.open()
        except ConnectionFailed as error:
            if error.answer.phase != "starttls":
                raise
            failure = error
        else:
            return session
    raise failure
