"""`python -m stack.mail_names`: keeps the mail servers' certificates in the foreground until SIGTERM."""

import argparse
import logging
import subprocess
import time
from pathlib import Path

from stack.mail_names.keeper import Keeper
from stack.mail_names.shelf import Shelf

log = logging.getLogger("stack.mail_names")
#: A reload of Dovecot costs a third of a second with a thousand names.
PAUSE = 5.0


def main() -> None:
    """Look again and again: a part that is away is there the next time."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    given = _arguments()
    host, _, port = given.https.rpartition(":")
    keeper = Keeper(
        web=given.web,
        https=(host, int(port)),
        store=given.store,
        shelf=Shelf(folder=given.shelf),
        doveadm=given.doveadm,
        doveadm_key=given.doveadm_key,
        postfix=given.postfix,
    )
    while True:
        try:
            keeper.look()
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            log.warning("looked in vain: %s", error)
        time.sleep(PAUSE)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--web", "--https", "--doveadm"):
        parser.add_argument(name, required=True, metavar="HOST:PORT")
    for name in ("--store", "--shelf", "--doveadm-key", "--postfix"):
        parser.add_argument(name, required=True, type=Path)
    return parser.parse_args()


main()
