"""ETag, If-None-Match and If-Match (RFC 9110 §13): nothing is sent twice, nothing overwritten unseen."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg.errors import SerializationFailure
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from kernel.errors import ApplicationError
from kernel.rest import choosing

_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e]*)"')
#: A proxy that compresses marks the tag of what it made; it is the same object all the same.
_ENCODED = re.compile(r"-(?:gzip|zstd|br)$")
_TRIES = 5
_Do = Callable[[], Response]


class PreconditionFailed(ApplicationError):
    """This was changed in the meantime: read it again."""

    code = "precondition_failed"
    status = 412


def tag_of(data: Any) -> str:
    """The entity tag of an answer: the same for the same content, whatever fields are shown."""
    text = json.dumps(data, cls=JSONEncoder, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def read(request: Request, *, do: _Do) -> Response:
    """A GET: its answer with an ETag, 304 for who has it already, and only the fields asked for.

    Raises InvalidInput for fields that are not there.
    """
    response = do()
    if response.status_code != 200:
        return response
    tag, fields = tag_of(response.data), request.query_params.get(choosing.NAME)
    if fields is not None:
        response.data = choosing.choose(response.data, fields)
    known = request.headers.get("If-None-Match")
    if known is not None and _matches(known, tag, weak=True):
        response = Response(status=304)
    # Kept only by who asked, and never given out again without asking here.
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = f'"{tag}"'
    return response


def change(request: Request, *, now: _Do | None, do: _Do) -> Response:
    """A PATCH or DELETE: done only while the object is what If-Match says, told by `now` (its GET).

    Both see one snapshot of the database. Whoever changed the object after it was taken makes the
    change fail there, whatever code the other ran; then a new snapshot is looked at. Raises
    PreconditionFailed.

    What has no GET has no tag: none that is sent is its own, and `*` asks only that it is there
    (RFC 9110 §13.1.1), which the change itself sees to.
    """
    wanted = request.headers.get("If-Match")
    if wanted is None or (now is None and wanted.strip() == "*"):
        return _tagged(do())
    for is_last in [*[False] * (_TRIES - 1), True]:
        try:
            return _tagged(_once(wanted, now, do))
        except OperationalError as error:
            if is_last or not isinstance(error.__cause__, SerializationFailure):
                raise
    raise AssertionError("the last try returns or raises")


def _once(wanted: str, now: _Do | None, do: _Do) -> Response:
    is_whole = not connection.in_atomic_block
    with transaction.atomic():
        if is_whole:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        if now is None or not _matches(wanted, tag_of(now().data), weak=False):
            raise PreconditionFailed
        return do()


def _tagged(response: Response) -> Response:
    """The changed object's own tag, so that the next change needs no reading in between."""
    if response.status_code == 200:
        response["ETag"] = f'"{tag_of(response.data)}"'
    return response


def _matches(header: str, tag: str, *, weak: bool) -> bool:
    if header.strip() == "*":
        return True
    return any(
        _ENCODED.sub("", said) == tag and (weak or not mark) for mark, said in _TAG.findall(header)
    )
