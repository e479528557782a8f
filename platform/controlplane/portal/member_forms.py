"""The forms about people: change, join."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from controlplane.portal.forms import Choices, offer

_NEW_PASSWORD = {"autocomplete": "new-password"}


class MemberForm(forms.Form):
    """What can be changed of a member."""

    name = forms.CharField(label=_("Name"), max_length=100, required=False)
    role = forms.ChoiceField(label=_("May"))
    is_active = forms.BooleanField(
        label=_("May log in"),
        required=False,
        help_text=_("Without it every session of this person ends at once."),
    )

    def __init__(self, *args: Any, choices: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "role", choices)


class JoinForm(forms.Form):
    """Who was invited: a name and a password."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        help_text=_("At least 10 characters."),
        widget=forms.PasswordInput(attrs=_NEW_PASSWORD),
    )
