"""Why bulk mail is not taken, as stable codes; and what an unsubscribe link can be."""

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
