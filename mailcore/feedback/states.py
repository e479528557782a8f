"""What reports are about, how far they have come, and whose word they are."""

from django.db import models


class ReportKind(models.TextChoices):
    """RFC 7489 §7.2 and RFC 8460."""

    DMARC = "dmarc"
    TLS = "tls"


class ReportState(models.TextChoices):
    """`waiting` until it is read; then counted, known already, or parked with a code."""

    WAITING = "waiting"
    COUNTED = "counted"
    DUPLICATE = "duplicate"
    PARKED = "parked"


class Grade(models.IntegerChoices):
    """Whose word a report is: nobody's, that of its From domain, that of a large receiver."""

    UNPROVEN = 0
    PROVEN = 1
    RECOGNISED = 2
