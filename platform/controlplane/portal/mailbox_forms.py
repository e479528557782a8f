"""The forms about mailboxes: make one, change it, choose its first password."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

_PLAIN = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
_NEW_PASSWORD = {"autocomplete": "new-password"}
_GIB = 1024**3


class MailboxForm(forms.Form):
    """A mailbox: address, name, and its first password or who chooses one."""

    local_part = forms.CharField(
        label=_("Address"), max_length=64, widget=forms.TextInput(attrs=_PLAIN)
    )
    domain = forms.ChoiceField(label=_("Domain"))
    display_name = forms.CharField(
        label=_("Name"),
        max_length=100,
        required=False,
        help_text=_("Shown to people who receive mail from this address."),
    )
    invite = forms.CharField(
        label=_("Invite its owner at"),
        max_length=254,
        required=False,
        help_text=_(
            "A link goes to this address, and its owner chooses the password. Good for 7 days."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    password = forms.CharField(
        label=_("Or choose a password"),
        max_length=128,
        strip=False,
        required=False,
        help_text=_("At least 10 characters. Its owner uses it in webmail and mail programs."),
        widget=forms.PasswordInput(attrs=_NEW_PASSWORD),
    )


class MailboxChangeForm(forms.Form):
    """What can be changed of a mailbox; an empty password stays as it is."""

    display_name = forms.CharField(
        label=_("Name"),
        max_length=100,
        required=False,
        help_text=_("Shown to people who receive mail from this address."),
    )
    quota = forms.DecimalField(
        label=_("Room in GB"),
        min_value=Decimal("0.01"),
        max_value=1024,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    password = forms.CharField(
        label=_("New password"),
        max_length=128,
        strip=False,
        required=False,
        help_text=_("Leave it empty to keep the one there is."),
        widget=forms.PasswordInput(attrs=_NEW_PASSWORD),
    )

    def changes(self) -> dict[str, object]:
        """What was changed, as the service takes it."""
        given: dict[str, object] = {}
        if "display_name" in self.changed_data:
            given["display_name"] = self.cleaned_data["display_name"]
        if "quota" in self.changed_data:
            given["quota_bytes"] = int(self.cleaned_data["quota"] * _GIB)
        if self.cleaned_data["password"]:
            given["password"] = self.cleaned_data["password"]
        return given


def in_gib(octets: int) -> Decimal:
    """A quota as the form shows it."""
    return (Decimal(octets) / _GIB).quantize(Decimal("0.01"))
