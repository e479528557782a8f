"""The states of a mail domain."""

from django.db import models


class DomainState(models.TextChoices):
    """Nothing is sent or received before `verified`."""

    PENDING = "pending"
    VERIFIED = "verified"
    SUSPENDED = "suspended"


class DkimAlgorithm(models.TextChoices):
    """RFC 8301 and RFC 8463."""

    RSA = "rsa-sha256"
    ED25519 = "ed25519-sha256"
