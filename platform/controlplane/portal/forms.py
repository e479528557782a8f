"""The portal's forms: sizes, labels and help. What is allowed, the services decide."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms.renderers import TemplatesSetting
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from controlplane.templatetags.shown import KEPT_BACK, STREAMS
from kernel import clock
from tenants.organisations.models import Organisation
from tenants.webhooks.catalogue import CATALOGUE, DEFAULT

#: What is sent, and what is shown of it.
Choices = Sequence[tuple[str, str | Promise]]
_PLAIN = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}


class Renderer(TemplatesSetting):
    """Every field is shown by one template of ours."""

    field_template_name = "forms/field.html"


def offer(form: forms.Form, field: str, choices: Choices) -> None:
    """Let a form's choice be one of these."""
    found = form.fields[field]
    assert isinstance(found, forms.ChoiceField)
    found.choices = choices


def offer_rows(form: forms.Form, field: str, rows: "QuerySet[Any]") -> None:
    """Let a form's choice be one of these rows."""
    found = form.fields[field]
    assert isinstance(found, forms.ModelChoiceField)
    found.queryset = rows


class LoginForm(forms.Form):
    """Address and password."""

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class ContactForm(forms.Form):
    """What an organisation says of itself."""

    contact_email = forms.CharField(
        label=_("Contact"),
        max_length=254,
        required=False,
        help_text=_(
            "Is mailed in your brand when DNS records of its domains break, and when they are well again."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class OrganisationForm(ContactForm):
    """A client of the reseller, who names it."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("The company or agency whose domains and mailboxes these are."),
    )
    field_order = ["name", "contact_email"]


class DomainForm(forms.Form):
    """A domain and whose it is."""

    name = forms.CharField(
        label=_("Domain name"),
        max_length=253,
        help_text=_("The part after the @, for example example.com."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.none(),
        to_field_name="public_id",
        empty_label=None,
    )


class AppPasswordForm(forms.Form):
    """A password for one program."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("The program or device, for example “phone”.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("For"),
        choices=[
            ("imap", _("Reading mail (IMAP)")),
            ("pop3", _("Fetching mail (POP3)")),
            ("smtp", _("Sending mail (SMTP)")),
        ],
        widget=forms.CheckboxSelectMultiple,
        initial=["imap", "smtp"],
    )


class AliasTargetsForm(forms.Form):
    """The mailboxes that an alias leads to."""

    targets = forms.CharField(
        label=_("Goes to"),
        max_length=40_000,
        help_text=_("One mailbox a line, for example ann@example.com; up to 100."),
        widget=forms.Textarea(attrs={**_PLAIN, "rows": 4}),
    )

    def clean_targets(self) -> list[str]:
        """The addresses, one for each word."""
        text: str = self.cleaned_data["targets"]
        return text.replace(",", " ").replace(";", " ").split()


class AliasForm(AliasTargetsForm):
    """An alias: its address, and where it goes."""

    local_part = forms.CharField(
        label=_("Address"),
        max_length=64,
        help_text=_("Write * for everything that is sent to no other address of the domain."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    domain = forms.ChoiceField(label=_("Domain"))


#: What the form calls a suppression that is not one stream's.
EVERY_STREAM = "all"


class SuppressionForm(forms.Form):
    """An address that gets no mail; of what, until when, and why."""

    address = forms.CharField(
        label=_("Address"),
        max_length=320,
        widget=forms.EmailInput(attrs=_PLAIN),
    )
    stream = forms.ChoiceField(
        label=_("Gets no"),
        choices=[(code or EVERY_STREAM, KEPT_BACK[code]) for code in ("", "bulk", "transactional")],
    )
    until = forms.DateField(
        label=_("Ends on"),
        required=False,
        help_text=_("From this day on it gets mail again. Empty: never."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=300,
        required=False,
        help_text=_("For your team, for example who asked for it."),
    )

    def clean_until(self) -> date | None:
        """A day to come."""
        day: date | None = self.cleaned_data["until"]
        if day is not None and day <= clock.now().date():
            raise forms.ValidationError(_("Choose a day in the future."))
        return day


class PauseForm(forms.Form):
    """A stream to pause, and why; or one to resume."""

    stream = forms.ChoiceField(
        label=_("Stream"),
        choices=[(code, STREAMS[code]) for code in ("bulk", "transactional", "mailbox")],
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("Your team reads it here until you resume the stream."),
        error_messages={"required": _("Say why, so that your team understands it.")},
    )
    resume = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """Only a pause needs a reason."""
        super().__init__(*arguments, **named)
        self.fields["reason"].required = not self.data.get("resume")


class WebhookForm(forms.Form):
    """Where events go, and which."""

    url = forms.CharField(
        label=_("Address"),
        max_length=1000,
        help_text=_("An https address of yours that takes a POST and answers with 2xx."),
        widget=forms.TextInput(
            attrs={**_PLAIN, "inputmode": "url", "placeholder": "https://hooks.example.com/mail"}
        ),
    )
    description = forms.CharField(label=_("Description"), max_length=100, required=False)
    events = forms.MultipleChoiceField(
        label=_("Events"),
        choices=[(name, name) for name in CATALOGUE],
        widget=forms.CheckboxSelectMultiple,
        initial=list(DEFAULT),
    )


class MailHostsForm(forms.Form):
    """Names of the reseller's own for its clients' mail programs."""

    imap_host = forms.CharField(
        label=_("Incoming mail (IMAP, POP3)"),
        max_length=253,
        required=False,
        help_text=_("A name such as imap.example.com, or nothing for the name that we give."),
    )
    smtp_host = forms.CharField(
        label=_("Outgoing mail (SMTP)"),
        max_length=253,
        required=False,
        help_text=_("Another name, such as smtp.example.com."),
    )


class BrandForm(forms.Form):
    """Name, colour, logo and where people find help."""

    product_name = forms.CharField(
        label=_("Product name"),
        max_length=60,
        help_text=_("Shown on every page, in webmail and in mails."),
    )
    colour = forms.CharField(
        label=_("Colour"),
        max_length=7,
        help_text=_("Text on it is chosen so that it stays readable."),
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    support_address = forms.CharField(
        label=_("Support address"),
        max_length=254,
        required=False,
        help_text=_("Where your clients write when they need help."),
        widget=forms.EmailInput(),
    )
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("SVG or PNG, at most 100 kB. Best on a transparent background."),
        widget=forms.FileInput(attrs={"accept": "image/svg+xml,image/png"}),
    )
    remove_logo = forms.BooleanField(label=_("Remove the logo"), required=False)
