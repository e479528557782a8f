"""Links that mails carry: the token leaves the address at once, so that no log or referrer has it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kernel.client_address import client_address
from kernel.rest import rates
from tenants.resellers.tokens import hash_token


def open_link(
    request: HttpRequest, token: str, *, page: str, is_good: Callable[[str], bool]
) -> HttpResponse:
    """Keep a good token's hash in the session and lead to `page`; else say that it is none.

    Only looked at: programs that follow the links of a mail use nothing up.
    """
    handle = hash_token(token)
    if not is_good(handle):
        return gone(request)
    request.session[page] = handle
    return redirect(page)


def handle_of(request: HttpRequest, page: str) -> str:
    """What `open_link` kept for this page; empty without it."""
    return str(request.session.get(page, ""))


def gone(request: HttpRequest) -> HttpResponse:
    """The same words for a link that never was, was used, was replaced or is too old."""
    standings = rates.count_failure(client_address(request))
    is_too_much = any(one.used > one.quota for one in standings)
    return render(request, "portal/link_gone.html", status=429 if is_too_much else 404)
