"""The states of a mail domain."""

from django.db import models


class DomainState(models.TextChoices):
    """Nothing is sent or received before `verified`."""

    PENDING = "pending"
    VERIFIED = "verified"
    SUSPENDED = "suspended"


class Publishing(models.TextChoices):
    """How a domain's records come into DNS: as they are, or as CNAMEs to names that we keep."""

    DIRECT = "direct"
    CNAME = "cname"


class DmarcPolicy(models.TextChoices):
    """What receivers are asked to do with forged mail (RFC 7489 §6.3)."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"


class MtaStsMode(models.TextChoices):
    """What senders are asked to do when TLS to us fails (RFC 8461 §5).

    Testing turns no mail away, so a domain begins with it.
    """

    NONE = "none"
    TESTING = "testing"
    ENFORCE = "enforce"


class SuspendedBy(models.TextChoices):
    """Who switched a domain off: what the operator did only the operator undoes."""

    NOBODY = ""
    RESELLER = "reseller"
    OPERATOR = "operator"


class DkimAlgorithm(models.TextChoices):
    """RFC 8301 and RFC 8463."""

    RSA = "rsa-sha256"
    ED25519 = "ed25519-sha256"


class CredentialKind(models.TextChoices):
    """How a zone is written: DNS UPDATE, or a provider's interface through dns-lexicon."""

    RFC2136 = "rfc2136"
    LEXICON = "lexicon"
