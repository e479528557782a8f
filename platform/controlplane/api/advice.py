"""What to do about a problem, by its status: whether the same request may be good again, and when."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_AGAIN = _(
    "Wait as long as `Retry-After` says, a few seconds where it is missing, and send the same request "
    "again; with an `Idempotency-Key` a POST is done once all the same."
)
_MEND = _(
    "Mend the request: `detail` says what is wrong, and `errors`, where it is there, points at each "
    "field. As it is, it is refused each time."
)
_ADVICE: Mapping[int, Promise] = {
    400: _MEND,
    401: _("Send `Authorization: Bearer` and a key that is good at this host."),
    403: _(
        "This key or person is refused each time. Use one that may, or ask whoever gives out rights "
        "here."
    ),
    404: _(
        "Look at the address, at each id in the request and at the host name. What belongs to "
        "somebody else is answered like what is not there."
    ),
    405: _MEND,
    406: _MEND,
    409: _(
        "Read the object as it is now. The same request is good once what stands in its way is gone; "
        "until then it is refused."
    ),
    412: _("Read the object again, and send the change with its new `ETag` if it still is wanted."),
    413: _("Send less at once: several requests, or a smaller file."),
    414: _MEND,
    415: _MEND,
    421: _("Look at the host name, and send the request to the portal that the key was made in."),
    422: _MEND,
    429: _AGAIN,
    431: _MEND,
    500: _(
        "Send the same request again, with the same `Idempotency-Key` if it is a POST. If it stays so, "
        "write to us and quote the `request_id`."
    ),
    503: _AGAIN,
}


def advice(status: int) -> str:
    """The sentences for a status; names of fields and headers stand in backticks."""
    return str(_ADVICE[status])
