"""Members: in each reseller's schema, and in public for the operator's staff."""

from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac

from kernel import clock, ids


class Role(models.TextChoices):
    """What a member may do; the table is `kernel.actor.ROLE_ACTIONS`."""

    OWNER = "owner"
    ADMIN = "admin"
    BILLING = "billing"
    SUPPORT = "support"
    READ_ONLY = "read_only"
    OPERATOR = "operator"


class MemberState(models.TextChoices):
    """Invited: has no password yet. Inactive: shut out, and can be let in again."""

    INVITED = "invited"
    ACTIVE = "active"
    INACTIVE = "inactive"


class Member(AbstractBaseUser):
    """A person who logs in to a portal; the same address at two resellers is two members.

    Who is invited is not active yet, and `invitation_hash` is that of the link's token. What was
    logged in before `shut_out_at` stays out. With `organisation_id`, the public id of a client of
    the reseller, the person sees what is this client's and nothing else.
    """

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100, default="", blank=True)
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.READ_ONLY)
    organisation_id = models.UUIDField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    invitation_hash = models.CharField(max_length=64, default="", db_default="", blank=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    invitation_expires_at = models.DateTimeField(null=True, blank=True)
    shut_out_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    objects: ClassVar[BaseUserManager[Self]] = BaseUserManager()

    class Meta:
        db_table = "member"

    def __str__(self) -> str:
        return self.email

    @property
    def reference(self) -> str:
        """The id that is shown: `mem_…`."""
        return ids.to_public("mem", self.public_id)

    @property
    def state(self) -> MemberState:
        """Where the member stands."""
        if self.invitation_hash:
            return MemberState.INVITED
        return MemberState.ACTIVE if self.is_active else MemberState.INACTIVE

    @property
    def is_invitation_over(self) -> bool:
        """Whether the link in the mail is too old."""
        until = self.invitation_expires_at
        return bool(self.invitation_hash) and until is not None and until <= clock.now()

    def get_session_auth_hash(self) -> str:
        """What a session has to fit: another password, or being shut out once, ends it for good."""
        end = self.shut_out_at.isoformat() if self.shut_out_at else ""
        salt = "tenants.accounts.models.Member.session"
        return salted_hmac(salt, f"{self.password}{end}", algorithm="sha256").hexdigest()
