"""What can go wrong between a program and the portal."""

from collections.abc import Mapping, Sequence
from typing import Any


class ClientError(Exception):
    """The base of all that this package raises."""


class Unreachable(ClientError):
    """The portal did not answer, or not in time; it may later."""


class ApiError(ClientError):
    """The portal refused (RFC 9457): look at `code`, which does not change; `detail` is for people.

    `errors` holds {pointer, code, detail} for each faulty field; quote `request_id` when you ask for help.
    """

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("code", "unknown"))
        self.detail = str(problem.get("detail") or problem.get("title") or "")
        self.request_id = str(problem.get("request_id", ""))
        self.errors: Sequence[Mapping[str, str]] = problem.get("errors") or []
        super().__init__(f"{status} {self.code}: {self.detail}")
