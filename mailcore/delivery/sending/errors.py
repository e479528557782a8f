"""Why a posted message is not taken, as stable codes; `detail["field"]` is its place in the JSON."""

from kernel.errors import ApplicationError, Conflict, InvalidInput


class MessageInvalid(InvalidInput):
    """This field cannot be made a message of."""

    code = "message.invalid"


class HeaderNotAllowed(InvalidInput):
    """This header field is written by us, or must not be sent."""

    code = "message.header_not_allowed"


class SenderRefused(InvalidInput):
    """Messages can be sent from verified domains that the key sees; this is none of them."""

    code = "message.sender_refused"


class TooManyRecipients(InvalidInput):
    """A request names at most 1,000 recipients."""

    code = "message.too_many_recipients"


class TooLarge(InvalidInput):
    """A message has at most 10 MB."""

    code = "message.too_large"


class NoneAccepted(ApplicationError):
    """No message of the batch was accepted; `detail["errors"]` says for each why."""

    code = "message.none_accepted"
    status = 422


class SendingHeld(Conflict):
    """Sending is on hold for this domain."""

    code = "hold.sending"
