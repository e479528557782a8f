"""supervisord, but for one thing: a full disk does not end it, and with it everything that it runs.

A line that does not fit into a log is complained about on standard error, which is a file on the same disk;
that second failure nobody would catch.
"""

import contextlib

from supervisor import loggers, supervisord

_complain = loggers.Handler.handleError


def _complain_if_there_is_room(handler: loggers.Handler) -> None:
    with contextlib.suppress(OSError):
        _complain(handler)


def main() -> None:
    """Run supervisord with the arguments of this process."""
    loggers.Handler.handleError = _complain_if_there_is_room
    supervisord.main()


if __name__ == "__main__":
    main()
