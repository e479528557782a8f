"""What is asked when a key of the operator's is made."""

from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel import clock
from tenants.operators.services import SCOPES

_DAYS = ("30", "90", "365")


class OperatorKeyForm(forms.Form):
    """A key for the operator's programs: what for, what it may do, where and how long."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("What uses this key, for example “shop”."),
    )
    rights = forms.MultipleChoiceField(
        label=_("May"),
        choices=[(right, right) for right in sorted(SCOPES)],
        widget=forms.CheckboxSelectMultiple,
    )
    networks = forms.CharField(
        label=_("Limit to addresses"),
        required=False,
        max_length=1000,
        help_text=_(
            "Such as 192.0.2.7 or 192.0.2.0/24, with spaces between. Empty: from anywhere."
        ),
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    days = forms.ChoiceField(
        label=_("Ends"),
        choices=(
            ("", _("When you revoke it")),
            *((days, _("After %(days)s days") % {"days": days}) for days in _DAYS),
        ),
        required=False,
    )

    def expires_at(self) -> datetime | None:
        """When the key ends."""
        days = self.cleaned_data["days"]
        return clock.now() + timedelta(days=int(days)) if days else None
