"""What every operation of a kind takes and answers beside its body: query parameters and headers."""

import re
from collections.abc import Iterator
from typing import get_origin

from kernel import ids
from kernel.rest.choosing import NAME as FIELDS
from kernel.rest.idempotency import HEADER, REPLAYED
from kernel.rest.listing import Listing
from kernel.rest.openapi.operations import LOCATED, LOCATION, Operation, Undescribed
from kernel.rest.openapi.shapes import Id, Page, Schema
from kernel.rest.paging import LARGEST_PAGE, PAGE

_TEXT: Schema = {"type": "string"}
_PATH: Schema = {"type": "string", "format": "uri-reference"}
_CURSOR: Schema = {"type": "string", "pattern": "^cur_", "maxLength": 2000}
_LIMIT: Schema = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE}
_KEY: Schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"}


def of(said: Operation, *, path: str, method: str) -> Iterator[Schema]:
    """The parameters of an operation; raises Undescribed for an id of an unknown noun."""
    for name in re.findall(r"{(\w+)}", path):
        yield {"name": name, "in": "path", "required": True, "schema": _part(name)}
    yield from _of_query(said, method=method)
    yield from _of_headers(method=method)


def _of_query(said: Operation, *, method: str) -> Iterator[Schema]:
    if isinstance(said.query, Listing):
        for name, one in said.query.filters.items():
            yield _parameter(name, dict(one.schema), about=f"Only {one.says}.")
        sorts = [sign + name for name in said.query.names() for sign in ("", "-")]
        yield _parameter("sort", {**_TEXT, "enum": sorts}, about="With - before it backwards.")
    else:
        for asked in said.query:
            schema = asked.is_.schema if asked.is_ else _TEXT
            yield _parameter(asked.name, schema, about=asked.about)
    if any(get_origin(answer) is Page for answer in said.answers.values()):
        yield _parameter("cursor", _CURSOR, about="The `next_cursor` of the page before.")
        yield _parameter("limit", _LIMIT, about="How many rows a page has.")
    if method == "GET":
        about = "Only these fields, such as `id,name`; `a.b` is field `b` of `a`."
        yield _parameter(FIELDS, _TEXT, about=about)


def _of_headers(*, method: str) -> Iterator[Schema]:
    if method == "POST":
        about = "Sent again with the same body within 24 hours, the first answer is replayed."
        yield _parameter(HEADER, _KEY, about=about, place="header")
    elif method == "GET":
        about = "The ETag of what you have: 304 while it is still so."
        yield _parameter("If-None-Match", _TEXT, about=about, place="header")
    else:
        about = "The ETag of what you have seen: 412 when it is no longer so."
        yield _parameter("If-Match", _TEXT, about=about, place="header")


def of_answer(said: Operation, *, status: int, method: str) -> dict[str, Schema]:
    """The headers of a 2xx answer with a body."""
    if method == "POST":
        about = "`true` when this is the first answer once more."
        replayed = {"description": about, "schema": {**_TEXT, "enum": ["true"]}}
        return {REPLAYED: replayed, **_where(said, status=status)}
    return {"ETag": {"description": "Names this state of the object.", "schema": _TEXT}}


def _where(said: Operation, *, status: int) -> dict[str, Schema]:
    if said.found_at is None or status not in LOCATED:
        return {}
    about = "The path of what was made." if status == 201 else "The path that tells how it goes on."
    return {LOCATION: {"description": about, "required": True, "schema": _PATH}}


def _part(name: str) -> Schema:
    """The schema of a part of the path: `domain_id` is the id of a domain, `n` counts from 1."""
    noun = name.removesuffix("_id")
    if noun == name:
        return {"type": "integer", "minimum": 1} if name == "n" else _TEXT
    if noun not in ids.PREFIXES:
        raise Undescribed(f"kernel.ids.PREFIXES does not know {noun}")
    return Id(ids.PREFIXES[noun]).schema


def _parameter(name: str, schema: Schema, *, about: str, place: str = "query") -> Schema:
    return {"name": name, "in": place, "description": about, "schema": schema}
