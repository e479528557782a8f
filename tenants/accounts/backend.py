"""Log members in against the schema of the host they came to."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from tenants.accounts.models import Member
from tenants.accounts.selectors import find_let_in
from tenants.resellers import text
from tenants.resellers.errors import InvalidEmail


class MemberBackend(BaseBackend):
    """Address and password; an unknown address costs as much time as a wrong password."""

    def authenticate(
        self,
        request: HttpRequest | None,  # noqa: ARG002 - Django hands it to every backend
        email: str | None = None,
        password: str | None = None,
        **_: Any,
    ) -> Member | None:
        """The member, or None."""
        if not email or not password:
            return None
        member = find_let_in(email=_stored(email))
        if member is None:
            Member().set_password(password)
            return None
        return member if member.check_password(password) else None

    def get_user(self, user_id: int) -> Member | None:
        """The member of a session."""
        return find_let_in(pk=user_id)


def _stored(email: str) -> str:
    """The address as members have it: in lower case, its domain as A-labels."""
    try:
        return text.clean_email(email)
    except InvalidEmail:
        return email.strip().lower()
