"""What a problem's `type` leads to: what its code means, and what to do about it, for anybody."""

import re
from collections.abc import Mapping
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_response_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from controlplane.api import document, meanings
from controlplane.api.advice import advice
from controlplane.api.answering import answering
from controlplane.api.document import Api
from controlplane.api.meanings import Meaning
from controlplane.portal.wording import WORDS

_FRESH = 3600  # seconds
#: Where a long code may go on in the next line.
_PARTS = re.compile(r"[^._]+[._]?")
#: Beyond so many requests a list says less than the reference does.
_LISTED = 12


@require_safe
def problem(request: HttpRequest, code: str) -> HttpResponse:
    """A code of the resellers' API; it says nothing of anybody, so nobody has to say who asks."""
    return _page(request, code, known=meanings.RESELLERS, api=document.RESELLERS)


@require_safe
def operator_problem(request: HttpRequest, code: str) -> HttpResponse:
    """A code of the operator's API."""
    known = {**meanings.RESELLERS, **meanings.OPERATOR}
    return _page(request, code, known=known, api=document.OPERATOR)


def _page(
    request: HttpRequest, code: str, *, known: Mapping[str, Meaning], api: Api
) -> HttpResponse:
    if code not in known:
        raise Http404
    status, words = known[code]
    requests = answering(api).get(code, ())
    context = {
        "code": code,
        "parts": _PARTS.findall(code),
        "status": status,
        "phrase": _(HTTPStatus(status).phrase),
        "meaning": str(words).split("`"),
        "sentence": _sentence(code),
        "advice": advice(status).split("`"),
        "requests": requests if len(requests) <= _LISTED else (),
        "is_everywhere": len(requests) > _LISTED,
    }
    answer = render(request, "portal/problem.html", context)
    patch_response_headers(answer, _FRESH)
    return answer


def _sentence(code: str) -> str:
    """What the portal says to people; nothing where it fits only who is logged in, or has a parameter."""
    words = str(WORDS.get(code, ""))
    return "" if "%(" in words or "." not in code else words
