"""Call a service with what a form holds, and put its errors where they belong."""

from collections.abc import Callable
from typing import TypeVar

from django import forms

from controlplane.portal.wording import sentence
from kernel.errors import ApplicationError, NotAllowed, NotFound

Result = TypeVar("Result")
_NOT_ABOUT_THE_FORM = frozenset({"sign_up.expired"})


def submit(form: forms.Form, action: Callable[[], Result]) -> Result | None:
    """The service's result; None when it refused, with the reasons in the form."""
    try:
        return action()
    except ApplicationError as error:
        if isinstance(error, NotFound | NotAllowed) or error.code in _NOT_ABOUT_THE_FORM:
            raise
        for one in getattr(error, "errors", ()) or (error,):
            _add(form, one)
        return None


def _add(form: forms.Form, error: ApplicationError) -> None:
    # A setting stands one level down in what programs hand in: `settings/secret`.
    field = str(error.detail.get("field")).rpartition("/")[2]
    form.add_error(field if field in form.fields else None, sentence(error))
