"""Forms for the ways to write a zone: what each is made of."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mailcore.domains.services.credentials import ALGORITHMS
from mailcore.domains.states import CredentialKind
from mailcore.zones.adapters.providers import PROVIDERS
from mailcore.zones.adapters.providers.catalogue import Field

RFC2136 = CredentialKind.RFC2136.value
_PLAIN = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
_KEPT = _("Kept encrypted, and never shown again.")
_LONGEST = 1000
_HIDDEN: dict[str, Any] = {
    "help_text": _KEPT,
    "widget": forms.PasswordInput(attrs={"autocomplete": "off"}),
}
_SHOWN: dict[str, Any] = {"widget": forms.TextInput(attrs=_PLAIN)}


class KeyForm(forms.Form):
    """How to write a zone by RFC 2136."""

    server = forms.CharField(
        label=_("DNS server"),
        max_length=253,
        help_text=_("Name or address of the primary server of the zone."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=53)
    key_name = forms.CharField(
        label=_("Name of the TSIG key"), max_length=253, widget=forms.TextInput(attrs=_PLAIN)
    )
    algorithm = forms.ChoiceField(
        label=_("Algorithm"), choices=[(name, name) for name in ALGORITHMS]
    )
    secret = forms.CharField(
        label=_("Secret (base64)"),
        max_length=_LONGEST,
        **_HIDDEN,
    )


class ProviderForm(forms.Form):
    """What a provider of the catalogue wants to know."""

    def __init__(self, *args: Any, provider: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in PROVIDERS[provider].fields:
            self.fields[one.name] = _field(one)


def _field(one: Field) -> forms.Field:
    if one.choices:
        choices = [(choice, choice) for choice in one.choices]
        return forms.ChoiceField(label=gettext(one.title), choices=choices)
    return forms.CharField(
        label=gettext(one.title),
        required=one.is_required,
        max_length=_LONGEST,
        **(_HIDDEN if one.is_secret else _SHOWN),
    )


def ways() -> list[tuple[str, str]]:
    """Every way to write a zone: its name and title."""
    found = [(name, provider.title) for name, provider in PROVIDERS.items()]
    return [*found, (RFC2136, str(_("Your own name server (RFC 2136)")))]


def form_of(way: str, data: Any = None) -> forms.Form:
    """The form of a way; of the last one for a name that is none."""
    return ProviderForm(data, provider=way) if way in PROVIDERS else KeyForm(data)
