"""What can go wrong with webhooks."""

from kernel.errors import Conflict, InvalidInput


class InvalidTarget(InvalidInput):
    """Webhooks go to an https address on the Internet."""

    code = "webhook.target_invalid"


class UnknownEventType(InvalidInput):
    """There is no such event type."""

    code = "webhook.event_type_unknown"


class TooManyEndpoints(Conflict):
    """There are as many webhooks as there can be."""

    code = "webhook.too_many"


class EndpointDisabled(Conflict):
    """This webhook is switched off."""

    code = "webhook.disabled"
