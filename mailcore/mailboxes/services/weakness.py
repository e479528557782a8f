"""Which passwords a mailbox may have."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from mailcore.mailboxes import passwords
from mailcore.mailboxes.errors import WeakPassword


def check_password(password: str) -> None:
    """Raises WeakPassword."""
    if len(password) > passwords.LONGEST or "\0" in password:
        raise WeakPassword("A password has at most 256 characters.", field="password")
    try:
        validate_password(password)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages), field="password") from error
