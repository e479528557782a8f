"""`python -m livery_client`: the same as `livery-cli`."""

import sys

from livery_client.cli import main

sys.exit(main())
