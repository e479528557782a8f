#!/usr/bin/env python
"""Django's command line; the environment comes from the stack's env file."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "controlplane.settings")
    # How people called it, for the help.
    execute_from_command_line([os.environ.get("LIVERY_CALLED_AS", sys.argv[0]), *sys.argv[1:]])
