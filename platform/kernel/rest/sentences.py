"""What to do about a refusal of the framework, which says only what is wrong."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request


def asked(request: Request) -> Any:
    """The endpoint that was asked."""
    return (request.parser_context or {})["view"]


def sentence(error: exceptions.APIException, request: Request) -> str:
    """What to do about it, where the framework says only what is wrong."""
    if isinstance(error, exceptions.NotAuthenticated):
        return _("Send a key of yours: “Authorization: Bearer KEY”.")
    if isinstance(error, exceptions.NotFound):
        return _("Nothing is at this address.")
    if isinstance(error, exceptions.MethodNotAllowed):
        methods = ", ".join(asked(request).allowed_methods)
        return _("There is no %(given)s here, but %(methods)s.") % {
            "given": request.method,
            "methods": methods,
        }
    if isinstance(error, exceptions.NotAcceptable):
        return _("Answers are JSON: ask for application/json in Accept, or leave it out.")
    if isinstance(error, exceptions.UnsupportedMediaType):
        types = [parser.media_type for parser in asked(request).parser_classes]
        return _("Send the body as %(types)s, and say so in Content-Type.") % {
            "types": _(" or ").join(types)
        }
    return str(error.detail)
