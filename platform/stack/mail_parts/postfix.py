"""Postfix: the MX on port 25 and submission on 587 and 465, one instance."""

import smtplib
import subprocess
from pathlib import Path

from stack.mail_parts import dovecot, mail_names
from stack.model import DATABASE, INFRA_DOMAIN, NotReadyError, Part, Stack, StackError

MASTER = Path("/usr/lib/postfix/sbin/master")
MESSAGE_SIZE_LIMIT = 50 * 1024 * 1024
SECONDS = 30

#: What Postfix asks the look-up views; %s is the address or domain, %d the domain of an address.
LOOK_UPS = {
    "domains": "SELECT domain FROM postfix_domain WHERE domain = '%s'"
    " UNION ALL SELECT domain FROM postfix_feedback WHERE domain = '%s'",
    "recipients": "SELECT address FROM postfix_mailbox WHERE address = '%s'"
    " UNION ALL SELECT domain FROM postfix_feedback WHERE domain = '%d'",
    "aliases": "SELECT target FROM sec.targets_among(ARRAY['%s'])",
    "feedback": "SELECT domain FROM postfix_feedback WHERE domain = '%s'",
    # What is on hold: said by the MX, of this one recipient (RFC 3463 §3.3). Why is nobody's business.
    "held": "SELECT '450 4.2.1 This mailbox takes no mail for now. Your mail server keeps the"
    " message and tries again by itself' WHERE sec.takes_no_mail('%u@%d')",
    # Finds nothing, ever: it tells whether PostgreSQL can be asked at all.
    "alive": "SELECT domain FROM postfix_domain WHERE domain = '%s' AND false",
}


def parts(stack: Stack) -> list[Part]:
    """Return the mail edge."""
    folder = stack.etc / "postfix"
    return [
        Part(
            name="postfix",
            # `master -s` stays in the foreground and is the very process that is watched; `postfix start-fg` is a shell.
            command=(str(MASTER), "-c", str(folder), "-s"),
            environment={"MAIL_CONFIG": str(folder)},
            directory=folder,
            listens=tuple(stack.endpoint(role) for role in ("mx", "submission", "submissions")),
            check=lambda: _check(stack),
            requires=("postgres", "prepare", "dovecot", "rspamd", "accept", "feedback"),
            prepare=lambda: _prepare(stack),
            # An smtpd with a client survives its master and would keep the port.
            stop_as_group=True,
            stop_seconds=10,
        )
    ]


def _prepare(stack: Stack) -> None:
    folder = stack.folder("etc", "postfix")
    state = stack.folder("postfix")
    stack.folder("postfix", "spool")
    stack.folder("postfix", "data", owner="postfix", mode=0o750)
    values = {
        "conf": folder,
        "state": state,
        "infra_domain": INFRA_DOMAIN,
        "sasl_socket": dovecot.sasl_socket(stack),
        "quota_socket": dovecot.quota_socket(stack),
        "message_size_limit": MESSAGE_SIZE_LIMIT,
        "quick": stack.mode == "test",
        "mail_names": mail_names.shelf(stack).postfix_table,
    }
    stack.render("postfix/main.cf.j2", folder / "main.cf", values=values)
    stack.render("postfix/master.cf.j2", folder / "master.cf", values=values)
    host, port = stack.endpoint("feedback")
    for name, query in LOOK_UPS.items():
        stack.render(
            "postfix/look_up.cf.j2",
            folder / f"{name}.cf",
            owner="postfix",
            mode=0o400,
            values={
                "database": DATABASE,
                "query": query,
                "result": f"feedback:inet:{host}:{port}" if name == "feedback" else "%s",
            },
        )
    shelf = mail_names.shelf(stack)
    shelf.write_for_postfix(shelf.names(), folder)
    # Makes the queue's folders and says what is wrong before anything is started.
    done = subprocess.run(
        ["postfix", "-c", str(folder), "check"],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        cwd="/",
    )
    if done.returncode != 0:
        raise StackError(f"postfix check: {(done.stderr or done.stdout).strip()}")


def _check(stack: Stack) -> str:
    for role in ("mx", "submission"):
        host, port = stack.endpoint(role)
        try:
            with smtplib.SMTP(host, port, local_hostname="doctor.test", timeout=5) as client:
                code, words = client.ehlo()
        except smtplib.SMTPException as error:
            raise NotReadyError(f"{role}: {error}") from error
        if b"STARTTLS" not in words:
            raise NotReadyError(f"{role} answered EHLO with {code} and offers no STARTTLS")
    return "MX and submission greet and offer STARTTLS"
