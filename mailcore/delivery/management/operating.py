"""What the operator's commands have in common."""

from django.core.management.base import BaseCommand


class OperatorCommand(BaseCommand):
    """Shows its own options alone in its help: Django's others are for developers."""

    suppressed_base_arguments = {
        "--version",
        "--verbosity",
        "--settings",
        "--pythonpath",
        "--traceback",
        "--no-color",
        "--force-color",
        "--skip-checks",
    }
