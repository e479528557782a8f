"""What is asked when a key of the operator's is made."""

from django import forms
from django.utils.translation import gettext_lazy as _

from controlplane.portal.key_form import KeyForm
from tenants.operators.services import SCOPES


class OperatorKeyForm(KeyForm):
    """A key of the operator's: what it may do, too."""

    rights = forms.MultipleChoiceField(
        label=_("May"),
        choices=[(right, right) for right in sorted(SCOPES)],
        widget=forms.CheckboxSelectMultiple,
    )
