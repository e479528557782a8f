"""Errors in words: services tell a code and its parameters, people read a sentence."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.errors import ApplicationError

_WORDS: dict[str, Promise] = {
    "not_allowed": _("Your role does not allow this."),
    "not_found": _("This does not exist here."),
    "reseller.slug_invalid": _(
        "Use 3 to 32 characters: the letters a to z, digits and single hyphens, "
        "beginning and ending with a letter or digit."
    ),
    "reseller.slug_reserved": _("This name is reserved. Please choose another one."),
    "reseller.slug_taken": _("This name is already in use. Please choose another one."),
    "reseller.company_invalid": _("Enter the name of your company, without web addresses."),
    "reseller.email_invalid": _("Enter a complete e-mail address, such as name@example.com."),
    "reseller.password_weak": _("Choose a longer or less common password."),
    "sign_up.not_found": _("This link is not valid. Copy it completely from the mail."),
    "sign_up.expired": _("This link is older than 24 hours. Please sign up again."),
    "brand.colour_invalid": _("Write the colour as # and six digits, such as #2f5d8a."),
    "brand.product_name_invalid": _("Enter a name of 1 to 60 characters."),
    "brand.logo_invalid": _("This picture cannot be used. Upload an SVG or PNG of at most 100 kB."),
    "domain.taken": _("This domain is already in use on this platform."),
    "domain.invalid": _("Enter a domain name such as example.com."),
    "mailbox.taken": _("This address exists already."),
}

_REASONS: dict[str, Promise] = {
    "password_too_short": _("Use at least 10 characters."),
    "password_too_long": _("Use at most 128 characters."),
    "password_too_common": _("This password is on lists of common passwords."),
    "size": _("The file is larger than 100 kB or empty."),
    "dimensions": _("The picture is wider or higher than 4,000 pixels."),
    "doctype": _("SVG files with a document type are not accepted. Export it as plain SVG."),
    "svg": _("This is not an SVG or PNG file that we can read."),
    "empty": _("Nothing of this SVG can be shown safely. Export it as plain shapes."),
}


def sentence(error: ApplicationError) -> str:
    """What a person reads for an error."""
    reasons = error.detail.get("reasons") or [error.detail.get("reason")]
    if isinstance(reasons, list):
        told = [str(_REASONS[one]) for one in reasons if one in _REASONS]
        if told:
            return " ".join(told)
    known = _WORDS.get(error.code)
    return str(known) if known is not None else error.message
