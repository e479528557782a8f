"""The sign-up form. What is allowed is the service's business; these are only sizes and labels."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SignUpForm(forms.Form):
    """Company, address of the portal, mail address, password."""

    company = forms.CharField(
        label=_("Company"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "organization", "autofocus": True}),
    )
    slug = forms.CharField(
        label=_("Portal address"),
        max_length=32,
        help_text=_("Letters a to z, digits and hyphens. This becomes your portal's address."),
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
        ),
    )
    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        help_text=_("At least 10 characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class ConfirmForm(forms.Form):
    """Another portal address, for when the wanted one was taken meanwhile."""

    slug = forms.CharField(
        label=_("Another portal address"),
        max_length=32,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
