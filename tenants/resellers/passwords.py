"""Which passwords people may have who log in to a portal."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tenants.resellers.errors import WeakPassword

_LONGEST = 128


def check_strength(password: str) -> str:
    """The password; raises WeakPassword."""
    if len(password) > _LONGEST:
        raise WeakPassword(field="password", reasons=["password_too_long"])
    try:
        validate_password(password)
    except ValidationError as error:
        reasons = [str(one.code) for one in error.error_list]
        raise WeakPassword(field="password", reasons=reasons) from error
    return password
