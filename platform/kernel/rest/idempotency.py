"""Idempotency-Key: a POST that is repeated is done once and answered the same way.

The key's row is written in the transaction of the work itself. A parallel repeat waits at the
unique index until the first one ends: committed, it is replayed; rolled back, the repeat does the
work. So only answers that changed something (2xx) are kept, and nothing is left half-way.

Work that asks other servers first does so before that transaction: a parallel repeat asks as well,
then waits and is answered like the first one.
"""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta

from django.db import connection, transaction
from django.utils.crypto import salted_hmac
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from kernel import clock
from kernel.errors import ApplicationError, InvalidInput
from kernel.models import IdempotencyKey
from kernel.tenancy import current_reseller_id

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEEP = timedelta(hours=24)


class KeyReused(ApplicationError):
    """This Idempotency-Key was used for another request: take a new one for this."""

    code = "idempotency.key_reused"
    status = 422


class ToldOnce(Response):
    """An answer with secrets, such as `secret=…`: they are told this time, and kept as null."""

    def __init__(self, data: Mapping[str, object], *, status: int, **told: str | None) -> None:
        super().__init__({**data, **told}, status=status)
        self.kept = {**data, **dict.fromkeys(told)}


def once(request: Request, *, caller: str, do: Callable[[], Response]) -> Response:
    """Run `do`, or replay its first answer of the last 24 hours.

    Raises InvalidInput for a key that is not 1 to 255 printable ASCII characters, and KeyReused.
    """
    key = _key_of(request)
    return do() if key is None else _kept(request, caller=caller, key=key, do=do)


def once_asked(
    request: Request, *, caller: str, ask: Callable[[], Callable[[], Response]]
) -> Response:
    """Run `ask` with no transaction open, then once what it returns; or replay the first answer.

    Raises like `once`. What `ask` learns may be stale by then: the work itself has to bear that.
    """
    key = _key_of(request)
    if key is None:
        return ask()()
    row = _find(caller, key)
    if row is not None:
        return _replay(row, request)
    try:
        do = ask()
    except ApplicationError:
        # A repeat in parallel has done it meanwhile, which may be why this one cannot.
        row = _find(caller, key)
        if row is None:
            raise
        return _replay(row, request)
    return _kept(request, caller=caller, key=key, do=do)


def _key_of(request: Request) -> str | None:
    key = request.headers.get(HEADER)
    if key is not None and (not 1 <= len(key) <= 255 or not (key.isascii() and key.isprintable())):
        raise InvalidInput("An Idempotency-Key has 1 to 255 printable ASCII characters.")
    return key


def _kept(request: Request, *, caller: str, key: str, do: Callable[[], Response]) -> Response:
    with transaction.atomic():
        row = _reserve(caller, key, _fingerprint(request))
        if row is not None:
            return _replay(row, request)
        response = do()
        _keep(caller, key, response)
        return response


def _find(caller: str, key: str) -> IdempotencyKey | None:
    """The row of a request that has ended well."""
    return IdempotencyKey.objects.filter(
        reseller_id=current_reseller_id(),
        caller=caller,
        key=key,
        created_at__gt=clock.now() - KEEP,
    ).first()


def _reserve(caller: str, key: str, fingerprint: str) -> IdempotencyKey | None:
    """None when the key is ours now, else the row of the request that had it first."""
    reseller_id, now = current_reseller_id(), clock.now()
    mine = IdempotencyKey.objects.filter(reseller_id=reseller_id, caller=caller)
    mine.filter(created_at__lte=now - KEEP).delete()
    with connection.cursor() as cursor:
        # Waits for a transaction that holds the same key; the ORM has no RETURNING for conflicts.
        cursor.execute(
            """INSERT INTO public.idempotency_key
                   (reseller_id, caller, key, fingerprint, created_at)
               VALUES (%s, %s, %s, %s, %s)
               ON CONFLICT (reseller_id, caller, key) DO NOTHING RETURNING id""",
            [reseller_id, caller, key, fingerprint, now],
        )
        if cursor.fetchone() is not None:
            return None
    return mine.get(key=key)


def _replay(row: IdempotencyKey, request: Request) -> Response:
    if row.fingerprint != _fingerprint(request):
        raise KeyReused
    return Response(row.body, status=row.status, headers={REPLAYED: "true"})


def _keep(caller: str, key: str, response: Response) -> None:
    said = response.kept if isinstance(response, ToldOnce) else response.data
    body = json.loads(json.dumps(said, cls=JSONEncoder))
    IdempotencyKey.objects.filter(reseller_id=current_reseller_id(), caller=caller, key=key).update(
        status=response.status_code, body=body
    )


def _fingerprint(request: Request) -> str:
    """What makes two requests the same: method, path with its query, and the body's meaning.

    Keyed, for a body may hold a password that a bare hash would let one guess at.
    """
    said = json.dumps([request.method, request.get_full_path(), request.data], sort_keys=True)
    return salted_hmac("kernel.rest.idempotency", said, algorithm="sha256").hexdigest()
