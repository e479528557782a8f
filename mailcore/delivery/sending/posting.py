"""What a program posted, checked: the content of a message and whom it is for."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailcore.delivery.accept.submission import Stream
from mailcore.protocol.headers import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One message of a request, before each recipient gets a copy of it.

    `recipients` are sendable addresses, each once. With `is_individual` no To is among the fields,
    and each copy gets its own. `is_utf8` (RFC 6532): the header needs SMTPUTF8. `require_tls` as
    in a submission.
    """

    stream: Stream
    from_domain: str
    recipients: Sequence[str]
    fields: Sequence[Field]
    rest: bytes
    reference: str = ""
    is_individual: bool = False
    is_utf8: bool = False
    require_tls: bool | None = None
