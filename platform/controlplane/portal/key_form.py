"""What is asked when a key for programs is made."""

from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from controlplane.portal.forms import Choices
from kernel import clock
from kernel.actor import HAND_OVER, Actor, may
from mailcore.domains.models import Domain
from tenants.organisations.models import Organisation
from tenants.organisations.services import ALL_SCOPES, API_SCOPES, MEMBER_SCOPES

#: The choices that people make; the API has each right by itself.
RIGHTS = {
    "all": API_SCOPES,
    "read": frozenset(scope for scope in API_SCOPES if scope.endswith(".read")),
    "send": frozenset({"messages.send", "messages.read"}),
    "keys": ALL_SCOPES - MEMBER_SCOPES - {HAND_OVER},
    "people": API_SCOPES | MEMBER_SCOPES,
    "hand_over": API_SCOPES | {HAND_OVER},
}
_WORDS: Choices = (
    ("all", _("Do everything but make keys, see or invite people and hand domains over")),
    ("read", _("Only read")),
    ("send", _("Only send messages and follow them")),
    ("keys", _("Do everything and make keys, but hand no domains over")),
    ("people", _("Do everything and invite people, but make no keys")),
    ("hand_over", _("Do everything and hand domains over, but make no keys")),
)
_DAYS = ("30", "90", "365")


def rights_for(actor: Actor) -> Choices:
    """The choices that somebody has."""
    return [one for one in _WORDS if one[0] != "hand_over" or may(actor, HAND_OVER)]


def scopes_of(choice: str, actor: Actor) -> frozenset[str]:
    """What a choice stands for, as far as the maker has it."""
    return frozenset(scope for scope in RIGHTS[choice] if may(actor, scope))


class KeyForm(forms.Form):
    """Any key for programs: what for, from where and how long."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("What uses this key, for example “billing system”."),
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

    def network_list(self) -> list[str]:
        """The addresses that were given; none: from anywhere."""
        text: str = self.cleaned_data["networks"]
        return text.replace(",", " ").split()

    def expires_at(self) -> datetime | None:
        """When the key ends."""
        days = self.cleaned_data["days"]
        return clock.now() + timedelta(days=int(days)) if days else None


class ApiKeyForm(KeyForm):
    """A key of a reseller's: what it may do, and where, too."""

    rights = forms.ChoiceField(label=_("May"), required=False)
    organisation = forms.ModelChoiceField(
        label=_("Limit to one organisation"),
        queryset=Organisation.objects.none(),
        to_field_name="public_id",
        empty_label=_("All organisations"),
        required=False,
    )
    domain = forms.ModelChoiceField(
        label=_("Limit to one domain"),
        queryset=Domain.objects.none(),
        to_field_name="public_id",
        empty_label=_("All its domains"),
        required=False,
    )

    def clean(self) -> dict[str, object]:
        """A domain brings its organisation; another one beside it is a mistake."""
        given: dict[str, object] = super().clean() or self.cleaned_data
        domain, organisation = given.get("domain"), given.get("organisation")
        if (
            isinstance(domain, Domain)
            and isinstance(organisation, Organisation)
            and domain.organisation_id != organisation.public_id
        ):
            self.add_error("domain", _("This domain is another organisation’s."))
        return given
