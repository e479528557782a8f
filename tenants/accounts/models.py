"""Members: in each reseller's schema, and in public for the operator's staff."""

from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from kernel import clock, ids


class Role(models.TextChoices):
    """What a member may do; the table is `kernel.actor.ROLE_ACTIONS`."""

    OWNER = "owner"
    ADMIN = "admin"
    BILLING = "billing"
    SUPPORT = "support"
    READ_ONLY = "read_only"
    OPERATOR = "operator"


class Member(AbstractBaseUser):
    """A person who logs in to a portal; the same address at two resellers is two members."""

    public_id = models.UUIDField(default=ids.uuid7, unique=True)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100, default="", blank=True)
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.READ_ONLY)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    objects: ClassVar[BaseUserManager[Self]] = BaseUserManager()

    class Meta:
        db_table = "member"

    def __str__(self) -> str:
        return self.email
