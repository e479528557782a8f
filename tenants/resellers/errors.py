"""What can go wrong at sign-up, provisioning and branding."""

from collections.abc import Sequence

from kernel.errors import ApplicationError, Conflict, InvalidInput, NotFound


class InvalidSlug(InvalidInput):
    """This cannot be the beginning of a host name."""

    code = "reseller.slug_invalid"


class SlugReserved(InvalidInput):
    """This name is kept for the platform."""

    code = "reseller.slug_reserved"


class SlugTaken(Conflict):
    """This name is in use already."""

    code = "reseller.slug_taken"


class ResellerNotActive(Conflict):
    """This reseller's portal is not open."""

    code = "reseller.not_active"


class InvalidCompany(InvalidInput):
    """A company name has 1 to 100 visible characters."""

    code = "reseller.company_invalid"


class InvalidEmail(InvalidInput):
    """This is not a mail address."""

    code = "reseller.email_invalid"


class WeakPassword(InvalidInput):
    """The password is too short, too long or too common."""

    code = "reseller.password_weak"


class SignUpNotFound(NotFound):
    """No sign-up has this link."""

    code = "sign_up.not_found"


class SignUpExpired(Conflict):
    """The link is older than 24 hours."""

    code = "sign_up.expired"


class InvalidColour(InvalidInput):
    """A colour is written #rrggbb."""

    code = "brand.colour_invalid"


class InvalidLogo(InvalidInput):
    """The file is not an SVG or PNG picture that can be shown safely."""

    code = "brand.logo_invalid"


class InvalidProductName(InvalidInput):
    """A product name has 1 to 60 visible characters."""

    code = "brand.product_name_invalid"


class InvalidMailHost(InvalidInput):
    """This cannot be the name of a mail host of a reseller's own."""

    code = "brand.mail_host_invalid"


class MailHostServes(InvalidMailHost):
    """This name leads to a portal, webmail or another page already: choose one that leads nowhere yet."""

    code = "brand.mail_host_serves"


class InvalidSignUp(InvalidInput):
    """Some fields of the sign-up form need another value; `errors` says which and why."""

    code = "sign_up.invalid"

    def __init__(self, errors: Sequence[ApplicationError]) -> None:
        super().__init__()
        self.errors = tuple(errors)
