"""The form by which people choose a mailbox's first password."""

from django import forms
from django.utils.translation import gettext_lazy as _


class FirstPasswordForm(forms.Form):
    """The owner's own choice."""

    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        help_text=_("At least 10 characters. You use it in webmail and mail programs."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}),
    )
