"""The keeper of certificates for mail hosts under resellers' own names."""

from stack.mail_names.shelf import Shelf
from stack.model import Part, Stack


def shelf(stack: Stack) -> Shelf:
    """Return where Dovecot and Postfix find what they present."""
    return Shelf(folder=stack.var / "mail-names")


def parts(stack: Stack) -> list[Part]:
    """Return the keeper; as root, who alone may read these keys."""
    web, https, doveadm = (
        ":".join(map(str, stack.endpoint(role))) for role in ("web", "https", "doveadm")
    )
    return [
        Part(
            name="mail-names",
            command=(
                *(str(stack.python), "-m", "stack.mail_names"),
                *("--web", web, "--https", https),
                *("--store", str(stack.var / "caddy" / "data")),
                *("--shelf", str(shelf(stack).folder)),
                *("--doveadm", doveadm, "--doveadm-key", str(stack.secret_file("doveadm"))),
                *("--postfix", str(stack.etc / "postfix")),
            ),
            environment=stack.environment(),
            requires=("web", "caddy", "dovecot", "postfix"),
        )
    ]
