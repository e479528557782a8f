"""Many rows in one request: a JSON array, or CSV with a head line; checked as a whole before any is used."""

import csv
import io
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from kernel.errors import ApplicationError, InvalidInput
from kernel.rest.parsing import BoundedJSONParser
from kernel.rest.problems import BodyTooLarge, Fault, entry
from kernel.rest.serializers import Body

MOST_ROWS = 10_000
LARGEST = 10_000_000  # octets
#: So many faults are told at once: the first ones mostly explain the rest.
_MOST_FAULTS = 100


class InvalidRows(InvalidInput):
    """Some rows are not as they should be; nothing was begun."""

    code = "rows_invalid"


class RowsAsJson(BoundedJSONParser):
    """A JSON array of at most 10 MB."""

    largest = LARGEST


class RowsAsCsv(BaseParser):
    """CSV (RFC 4180) in UTF-8, separated by commas or semicolons; the first line names the columns.

    An empty cell is as if it were not there.
    """

    media_type = "text/csv"

    def parse(self, stream: Any, *_: Any, **__: Any) -> Any:
        """A mapping for each line; raises ParseError or BodyTooLarge."""
        raw = stream.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise BodyTooLarge(f"The body is larger than {LARGEST // 1_000_000} MB.")
        try:
            return read_csv(raw)
        except (ValueError, csv.Error) as error:
            raise ParseError(f"This is not valid CSV: {error}") from error


def read_csv(raw: bytes) -> list[dict[str, str]]:
    """The lines below the head; raises ValueError or csv.Error."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        bad = raw.count(b"\n", 0, error.start) + 1
        raise ValueError(f"line {bad} is not in UTF-8: save the file as “CSV UTF-8”") from error
    if "\0" in text:
        raise ValueError("it holds a NUL")
    head = text.partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    names = [name.strip() for name in next(lines, [])]
    if len(set(names)) != len(names) or not all(names):
        raise ValueError("each column needs a name of its own in the first line")
    rows = []
    for line in lines:
        if not any(line):
            continue
        if len(line) > len(names):
            raise ValueError(f"line {lines.line_num} has more cells than the first line names")
        cells = zip(names, line, strict=False)
        rows.append({name: cell for name, cell in cells if cell != ""})
    return rows


def read_rows(
    request: Request, of: type[Body], *, same: Callable[[Mapping[str, Any]], Hashable]
) -> list[dict[str, Any]]:
    """The checked rows; `same` says what may stand in one row only.

    Raises InvalidRows with the faults of all rows, each at its place: `/3/name` is the fourth row.
    """
    given = request.data
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_ROWS:
        raise InvalidInput(f"Send 1 to {MOST_ROWS} rows, as an array or as CSV.")
    form, rows, faults = of(), list[dict[str, Any]](), list[Fault]()
    seen: dict[Hashable, int] = {}
    for n, row in enumerate(given):
        try:
            rows.append(form.run_validation(row))
        except ValidationError as error:
            faults += _faults(n, error.get_full_details())
        except ApplicationError as error:  # an id that cannot be one
            faults.append(entry(error, at=str(n)))
        else:
            first = seen.setdefault(same(rows[-1]), n)
            if first != n:
                sentence = f"Row {n + 1} is the same as row {first + 1}."
                faults.append({"pointer": f"/{n}", "code": "doubled", "detail": sentence})
        if len(faults) >= _MOST_FAULTS:
            break
    if faults:
        raise InvalidRows(errors=faults[:_MOST_FAULTS])
    return rows


def _faults(n: int, details: Any, at: str = "") -> list[Fault]:
    if isinstance(details, Mapping) and "message" in details and "code" in details:
        pointer = f"/{n}{at}".removesuffix("/non_field_errors")
        sentence = f"Row {n + 1}: {details['message']}"
        return [{"pointer": pointer, "code": str(details["code"]), "detail": sentence}]
    inner: Sequence[tuple[str, Any]] = (
        [(f"{at}/{name}", value) for name, value in details.items()]
        if isinstance(details, Mapping)
        else [(at, value) for value in details]
    )
    return [fault for place, value in inner for fault in _faults(n, value, place)]


def is_dry_run(request: Request) -> bool:
    """`?dry_run=true`; raises InvalidInput for what is neither true nor false."""
    text = request.query_params.get("dry_run", "false")
    if text not in {"true", "false"}:
        raise InvalidInput("This is true or false.", field="dry_run")
    return text == "true"
