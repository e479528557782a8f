"""Other users of the machine and strangers on the web get no say and no sight."""

import stat

from stack import supervision
from stack.core_parts import code
from stack.model import Stack


def test_nobody_else_on_the_machine_reads_the_logs(stack: Stack) -> None:
    supervision.render(stack, [], starting=[])
    assert stat.S_IMODE(stack.logs.stat().st_mode) == 0o700


def test_a_browser_cannot_say_under_which_path_the_web_is_mounted(stack: Stack) -> None:
    (web,) = (part for part in code.parts(stack) if part.name == "web")
    # Caddy passes every header on, and gunicorn would take SCRIPT_NAME from it: 500 for any page.
    assert "--forwarder-headers=" in web.command
