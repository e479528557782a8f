"""Why bulk mail is not taken, and a stream not paused or resumed, as stable codes."""

from kernel.errors import Conflict, InvalidInput


class OneRecipient(InvalidInput):
    """A bulk message has one recipient: its unsubscribe link is theirs alone."""

    code = "bulk.one_recipient"


class HeaderRefused(InvalidInput):
    """A header field of the message is missing, doubled or malformed; `detail["header"]` names it."""

    code = "bulk.header_invalid"


class UnsubscribeIncomplete(InvalidInput):
    """The message's own List-Unsubscribe has no https address, or no List-Unsubscribe-Post beside it."""

    code = "bulk.unsubscribe_incomplete"


class DomainNotReady(Conflict):
    """The From domain is not verified, has no active DKIM key, or lacks a DMARC record."""

    code = "bulk.domain_not_ready"


class StreamNotPausable(Conflict):
    """The stream of the platform's own notices cannot be paused."""

    code = "stream.not_pausable"


class PausedByPlatform(Conflict):
    """The platform paused this stream; a pause of your own does not stand."""

    code = "stream.paused_by_platform"
