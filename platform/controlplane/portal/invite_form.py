"""Whom to invite to the portal: for the whole reseller, or into one organisation."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from controlplane.portal.forms import Choices, offer, offer_rows
from controlplane.templatetags.shown import ROLES
from kernel.actor import ORGANISATION_ROLES, Actor, may_handle
from tenants.organisations.models import Organisation
from tenants.organisations.selectors import list_organisations


def roles_for(actor: Actor, *places: UUID | None) -> Choices:
    """The roles that somebody can give in one of these organisations, or (None) the whole reseller."""
    return [
        (role, words)
        for role, words in ROLES.items()
        if any(
            may_handle(actor, role, organisation=place)
            and (place is None or role in ORGANISATION_ROLES)
            for place in places
        )
    ]


class InviteForm(forms.Form):
    """Whom, as what, and where."""

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("A link goes there that is good once, for 7 days."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(label=_("Name"), max_length=100, required=False)
    organisation = forms.ModelChoiceField(
        label=_("Sees"),
        queryset=Organisation.objects.none(),
        to_field_name="public_id",
        empty_label=_("All organisations"),
        required=False,
        help_text=_("Who belongs to one organisation sees nothing of the others."),
    )
    role = forms.ChoiceField(label=_("May"))

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        self._actor = actor
        held = list_organisations(organisation_id=actor.organisation)
        places = [actor.organisation, *(row.public_id for row in held[:1])]
        # Whoever looks away for a moment makes nobody an owner.
        offer(self, "role", list(reversed(roles_for(actor, *places))))
        if actor.organisation is None:
            offer_rows(self, "organisation", held)
        else:
            del self.fields["organisation"]

    def clean(self) -> dict[str, Any]:
        """Not every role that somebody can give, they can give everywhere."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = given.pop("organisation", None)
        given["organisation"] = chosen.public_id if chosen else self._actor.organisation
        if given.get("role") not in dict(roles_for(self._actor, given["organisation"])):
            self.add_error("role", _("You cannot give this role there."))
        return given
