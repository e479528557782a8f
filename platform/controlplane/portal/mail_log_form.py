"""What the mail log is narrowed to."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from controlplane.templatetags.shown import MAIL_STATES, STREAMS
from kernel import ids
from kernel.actor import Actor
from kernel.errors import NotFound
from mailcore.delivery.sending.listing import STATES, Sought
from mailcore.domains.selectors import get_seen_by_name

_PLAIN = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
_DAY = {"type": "date"}
#: No day follows the last that a date can be.
_LAST = MaxValueValidator(date(2999, 12, 31), message=_("Enter a day before the year 3000."))


def _text(label: Any, *, most: int) -> forms.CharField:
    plain = forms.TextInput(attrs=_PLAIN)
    return forms.CharField(label=label, max_length=most, required=False, widget=plain)


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs=_DAY, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, validators=[_LAST])


class MailLogForm(forms.Form):
    """All of it optional; days are whole ones, in UTC."""

    use_required_attribute = False
    #: The message whose id was given in the place of a Message-ID.
    one: UUID | None = None
    recipient = _text(_("To"), most=320)
    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("Any")), *((state, MAIL_STATES[state]) for state in STATES)],
        required=False,
    )
    message_id = _text(_("Message-ID"), most=1000)
    sender = _text(_("From mailbox"), most=320)
    domain = _text(_("From domain"), most=254)
    stream = forms.ChoiceField(
        label=_("Stream"), choices=[("", _("Any")), *STREAMS.items()], required=False
    )
    since = _day(_("From day"))
    until = _day(_("To day"))

    def clean_message_id(self) -> str:
        """Without the spaces of copying; an id of ours is a whole one."""
        text: str = self.cleaned_data["message_id"]
        if text.startswith("msg_"):
            try:
                self.one = ids.from_public("msg", text)
            except NotFound as error:
                raise forms.ValidationError(_("This is no id of a message.")) from error
        return text

    def sought(self, actor: Actor) -> Sought:
        """For `list_messages`; raises NotFound for a domain that the actor has not."""
        given = self.cleaned_data
        name, since, until = given["domain"], given["since"], given["until"]
        return Sought(
            state=given["state"] or None,
            recipient=given["recipient"] or None,
            sender=given["sender"] or None,
            stream=given["stream"] or None,
            domain=get_seen_by_name(name, actor=actor).public_id if name else None,
            message_id=given["message_id"] or None,
            since=since and datetime.combine(since, time.min, tzinfo=UTC),
            until=until and datetime.combine(until, time.min, tzinfo=UTC) + timedelta(days=1),
        )

    def refuse_domain(self) -> None:
        """Say that there is no such domain."""
        self.add_error("domain", _("You have no such domain."))
