"""What an alarm says to people: what happened, and what to do about it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`what` is a sentence's beginning, `advice` one or two sentences."""

    what: Promise
    advice: Promise


_SIGNALS = {
    "hard_bounces": Words(
        what=_("Too many addresses that do not exist"),
        advice=_(
            "Ask the reseller where the addresses come from. Automatic streams are paused at 10 %; "
            "pause a person's stream yourself if its mail is not wanted."
        ),
    ),
    "complaints": Words(
        what=_("Too many complaints of recipients"),
        advice=_(
            "Ask the reseller who agreed to this mail and whether the way out works. Automatic "
            "streams are paused at 0.3 %."
        ),
    ),
    "deferrals": Words(
        what=_("A provider puts too much mail off"),
        advice=_(
            "Look at the replies of the last tries in the message trace: the provider mostly says "
            "which limit or list it is. Lower the rates there until it takes mail again."
        ),
    ),
}
_OTHER = Words(what=_("A warn line was passed"), advice=_("Look at the figures of the stream."))


def words_of(signal: str) -> Words:
    """What is said of a signal; something general of one that is not known."""
    return _SIGNALS.get(signal, _OTHER)
