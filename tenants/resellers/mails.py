"""Mails to a reseller's owner and to the operator, each as plain text and HTML."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from kernel.tenancy import PUBLIC, in_schema
from tenants.resellers import selectors
from tenants.resellers.models import Brand, Reseller

#: Takes no room and allows no line break.
_WORD_JOINER = "\N{WORD JOINER}"


def send_confirmation(*, email: str, company: str, link: str) -> None:
    """The link that proves that somebody reads the address of a sign-up."""
    brand = selectors.platform_brand()
    _send(
        "sign_up_confirm",
        to=email,
        brand=brand,
        context={"company": _unlinked(company), "link": link},
    )


def send_welcome(reseller: Reseller) -> None:
    """Where the owner of a new reseller logs in."""
    host = selectors.portal_host(reseller.public_id)
    context: dict[str, object] = {
        "company": reseller.name,
        "link": f"https://{host}/login/",
        "host": host,
    }
    # A new reseller has no sending domain yet: the platform's own one signs this mail.
    with in_schema(PUBLIC):
        _send("welcome", to=reseller.owner_email, brand=reseller.brand, context=context)


def send_limit_warning(reseller: Reseller, *, address: str) -> None:
    """That a mailbox sent as much as it may in a day, and what to do about it."""
    host = selectors.portal_host(reseller.public_id)
    context: dict[str, object] = {"address": address, "link": f"https://{host}/login/"}
    with in_schema(PUBLIC):
        _send("mailbox_limit", to=reseller.owner_email, brand=reseller.brand, context=context)


def send_notice(
    reseller: Reseller, *, to: str, template: str, context: dict[str, object], page: str = ""
) -> None:
    """A notice in the reseller's brand; `link` in its context leads to this page of the portal.

    `page` is the path without its first slash.
    """
    link = f"https://{selectors.portal_host(reseller.public_id)}/{page}"
    # Of the platform's own domain: what the reseller is told about may be its own stream's state.
    with in_schema(PUBLIC):
        _send(
            template,
            to=to,
            brand=reseller.brand,
            context={"link": link, **context},
        )


def send_to_operator(*, template: str, context: dict[str, object]) -> None:
    """A notice to the address that the operator reads."""
    link = f"https://{settings.PLATFORM_HOST}/operator/"
    with in_schema(PUBLIC):
        _send(
            template,
            to=settings.ALARM_EMAIL,
            brand=selectors.platform_brand(),
            context={"link": link, **context},
        )


def _send(name: str, *, to: str, brand: Brand, context: dict[str, object]) -> None:
    context = {**context, "brand": brand, "palette": selectors.palette_of(brand)}
    subject = render_to_string(f"email/{name}.subject.txt", context)
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=render_to_string(f"email/{name}.txt", context),
        from_email=f'"{_quoted(brand.product_name)}" <{settings.DEFAULT_FROM_EMAIL}>',
        to=[to],
    )
    message.attach_alternative(render_to_string(f"email/{name}.html", context), "text/html")
    message.send()


def _unlinked(words: str) -> str:
    """Words of a stranger that mail programs make no link of: `evil.example` comes out as text."""
    for sign in (".", "@"):
        words = words.replace(sign, f"{sign}{_WORD_JOINER}")
    return words


def _quoted(words: str) -> str:
    """Words as the inside of a quoted string (RFC 5322 §3.2.4)."""
    return words.replace("\\", "\\\\").replace('"', '\\"')
