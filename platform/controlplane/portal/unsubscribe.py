"""Leave a mailing by the link that it carried: one click of the mail program, or a button here."""

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from kernel.errors import NotFound
from mailcore.delivery.streams import unsubscribe as service

_FIELD, _VALUE = "List-Unsubscribe", "One-Click"
_PAGE = "portal/unsubscribe.html"


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt  # mail providers post without cookies (RFC 8058 §3.2); the token is the proof
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET only asks: programs that scan mail open every link. POST with the field unsubscribes."""
    try:
        if request.method != "POST":
            found, is_done = service.read_token(token), False
        elif request.POST.get(_FIELD) == _VALUE:
            found, is_done = service.unsubscribe(token), True
        else:
            return HttpResponseBadRequest(f"{_FIELD}={_VALUE} is expected\n", "text/plain")
    except NotFound:
        return render(request, _PAGE, {"is_broken": True}, status=404)
    context = {"found": found, "is_done": is_done, "field": _FIELD, "value": _VALUE}
    return render(request, _PAGE, context)
