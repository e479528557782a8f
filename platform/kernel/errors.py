"""Errors with a stable code: stored and sent as code + detail, rendered at the edge."""

from collections.abc import Mapping


class ApplicationError(Exception):
    """Something could not be done."""

    code = "error"
    status = 400

    def __init__(self, message: str = "", **detail: object) -> None:
        self.message = message or (type(self).__doc__ or "").strip().split("\n")[0]
        self.detail: Mapping[str, object] = detail
        super().__init__(self.message)


class NotFound(ApplicationError):
    """There is no such object here."""

    code = "not_found"
    status = 404


class NotAllowed(ApplicationError):
    """You may not do this."""

    code = "not_allowed"
    status = 403


class InvalidInput(ApplicationError):
    """The input is not valid; `detail["field"]` names the field."""

    code = "invalid_input"
    status = 422


class Conflict(ApplicationError):
    """The object is in a state in which this cannot be done."""

    code = "conflict"
    status = 409


class TransientError(Exception):
    """An outside system could not answer now; the same call may succeed later."""


class PermanentError(Exception):
    """An outside system refused for good; repeating the same call is of no use."""
