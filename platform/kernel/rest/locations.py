"""Where what was made, or is under way, is looked at: the `Location` of 201 and 202."""

from urllib.parse import quote

from django.http import HttpResponseBase
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.rest.openapi.operations import LOCATED, LOCATION, find_operation

#: All paths of the API; without a host, for a proxy may have given it another name.
BASE = "/api/v1/"


def name(response: HttpResponseBase, *, view: type[APIView], parts: dict[str, object]) -> None:
    """Say it as the operation's `found_at` does (RFC 9110 §10.2.2).

    Its fields are the answer's own and the parts of the path, so that an answer which is replayed
    says the same.
    """
    if response.status_code not in LOCATED or not isinstance(response, Response):
        return
    said = find_operation(view, "POST")
    if said is None or said.found_at is None:
        return
    fields = {**parts, **response.data}
    escaped = {key: quote(value, safe=":") for key, value in fields.items() if type(value) is str}
    response[LOCATION] = BASE + said.found_at.format_map(escaped)
