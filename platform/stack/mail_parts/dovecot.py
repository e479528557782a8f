"""Dovecot: IMAP, POP3, ManageSieve, LMTP and the password check of submission."""

import imaplib
import os
import smtplib
import subprocess
from pathlib import Path

from stack.mail_parts import mail_names
from stack.model import DATABASE, INFRA_DOMAIN, MAIL_USER, NotReadyError, Part, Stack, StackError

SASL_NAME = "sasl"
QUOTA_NAME = "quota-status"
SECONDS = 30
#: Nobody, ever, and what LMTP says of them once the database has been asked.
NOBODY = "doctor@livery.invalid"
UNKNOWN = 550


def run_folder(stack: Stack) -> Path:
    """Return the folder of Dovecot's sockets; `doveadm` reads the configuration in var/etc/dovecot."""
    return stack.run / "dovecot"


def sasl_socket(stack: Stack) -> Path:
    """Return the socket where Postfix asks whether a password is right."""
    return run_folder(stack) / SASL_NAME


def quota_socket(stack: Stack) -> Path:
    """Return the socket where Postfix asks whether a mailbox has room."""
    return run_folder(stack) / QUOTA_NAME


def parts(stack: Stack) -> list[Part]:
    """Return the mail store."""
    roles = ("imap", "imaps", "pop3", "pop3s", "managesieve", "lmtp", "doveadm")
    return [
        Part(
            name="dovecot",
            command=("dovecot", "-F", "-c", str(stack.etc / "dovecot" / "dovecot.conf")),
            listens=tuple(stack.endpoint(role) for role in roles),
            check=lambda: _check(stack),
            requires=("postgres", "prepare"),
            prepare=lambda: _prepare(stack),
            pid_file=run_folder(stack) / "master.pid",
            stop_seconds=10,
        )
    ]


def _prepare(stack: Stack) -> None:
    folder = stack.folder("etc", "dovecot")
    state = stack.folder("dovecot")
    mail = stack.folder("mail", owner=MAIL_USER, mode=0o700)
    run = stack.run_folder("dovecot")
    sieve = stack.render("dovecot/before.sieve.j2", folder / "before.sieve")
    values = {
        "conf": folder,
        "state": state,
        "run": run,
        "mail": mail,
        "mail_user": MAIL_USER,
        "database": DATABASE,
        "host": f"imap.{INFRA_DOMAIN}",
        "infra_domain": INFRA_DOMAIN,
        "sieve_before": sieve,
        "sasl_name": SASL_NAME,
        "quota_name": QUOTA_NAME,
        "mail_names": mail_names.shelf(stack).dovecot_file,
    }
    configuration = stack.render(
        "dovecot/dovecot.conf.j2", folder / "dovecot.conf", mode=0o600, values=values
    )
    stack.render("dovecot/sql.conf.j2", folder / "sql.conf", mode=0o600, values=values)
    shelf = mail_names.shelf(stack)
    shelf.write_for_dovecot(shelf.names())
    _compile(configuration, sieve)


def _compile(configuration: Path, script: Path) -> None:
    # Delivery runs as another user, who may not write the compiled script beside its source.
    done = subprocess.run(
        ["sievec", "-c", str(configuration), str(script)],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        cwd="/",
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    if done.returncode != 0:
        raise StackError(f"sievec: {(done.stderr or done.stdout).strip()}")


def _check(stack: Stack) -> str:
    host, port = stack.endpoint("imap")
    try:
        client = imaplib.IMAP4(host, port, timeout=5)
        offered = client.capabilities
        client.logout()
        lmtp_host, lmtp_port = stack.endpoint("lmtp")
        with smtplib.LMTP(lmtp_host, lmtp_port, local_hostname="doctor.test", timeout=5) as lmtp:
            lmtp.ehlo_or_helo_if_needed()
            lmtp.mail("")
            code, words = lmtp.rcpt(NOBODY)
    except (imaplib.IMAP4.error, smtplib.SMTPException) as error:
        raise NotReadyError(str(error)) from error
    if "STARTTLS" not in offered:
        raise NotReadyError("IMAP offers no STARTTLS")
    # Logins are looked up over the same connections.
    if code != UNKNOWN:
        raise NotReadyError(f"no answer about mailboxes: {code} {words.decode(errors='replace')}")
    return "IMAP greets and offers STARTTLS, mailboxes are looked up"
