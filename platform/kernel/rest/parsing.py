"""Read JSON bodies within bounds."""

import json
import re
from typing import Any, NoReturn

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from kernel.rest.problems import BodyTooLarge

LARGEST_BODY = 1_000_000  # octets
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class BoundedJSONParser(BaseParser):
    """JSON of at most `largest` octets; a name given twice, NaN and bad UTF-8 are refused, not guessed."""

    media_type = "application/json"
    largest = LARGEST_BODY

    def parse(self, stream: Any, *_: Any, **__: Any) -> Any:
        """The value; raises ParseError or BodyTooLarge."""
        raw = stream.read(self.largest + 1)
        if len(raw) > self.largest:
            raise BodyTooLarge(f"The body is larger than {self.largest // 1_000_000} MB.")
        try:
            return _read(raw.decode("utf-8"))
        except UnicodeError as error:
            raise ParseError("This is not valid JSON: it holds what is no UTF-8.") from error
        except RecursionError as error:
            raise ParseError("This is not valid JSON: it is nested too deeply.") from error
        except ValueError as error:
            raise ParseError(f"This is not valid JSON: {error}") from error


def _read(text: str) -> Any:
    value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    if _SURROGATE.search(text):
        # Half a surrogate pair is no character: nothing can store it or send it back.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")
