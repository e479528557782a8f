"""var/env: the one file in which the stack tells the code what is where (foundations 34)."""

import os

from stack import folders
from stack.core_parts import code, redis_server
from stack.model import (
    DATABASE,
    INFRA_DOMAIN,
    LOCAL_SUFFIX,
    OUTSIDE_DOMAIN,
    PLATFORM_HOST,
    SERVICE_USER,
    Stack,
    StackError,
)

OPERATOR_EMAIL = f"operator@{PLATFORM_HOST}"
DNS_PLATFORM_KEY = "platform"
#: Fault tests run at one twentieth of real delays.
TEST_DELAY_SCALE = "0.05"


def _at(stack: Stack, role: str) -> str:
    host, port = stack.endpoint(role)
    return f"{host}:{port}"


def _delay_scale(stack: Stack) -> str:
    """Return the factor of every delay: LIVERY_DELAY_SCALE as given to `up`, else real delays (tests: short ones)."""
    given = os.environ.get("LIVERY_DELAY_SCALE", "")
    if not given:
        return TEST_DELAY_SCALE if stack.mode == "test" else "1.0"
    try:
        scale = float(given)
    except ValueError:
        scale = 0.0
    if not 0 < scale <= 1:
        raise StackError(f"LIVERY_DELAY_SCALE is a number above 0 and up to 1, not {given!r}")
    return str(scale)


def _egress_sources(stack: Stack) -> str:
    return ",".join(f"{stack.address(f'egress{n}')}=out{n}.{INFRA_DOMAIN}" for n in (1, 2))


def values(stack: Stack) -> dict[str, str]:
    """Return every setting of the code, all as text."""
    return _keys_and_database(stack) | _network(stack) | _names_and_policy(stack)


def _keys_and_database(stack: Stack) -> dict[str, str]:
    host, port = stack.endpoint("postgres")
    return {
        "LIVERY_STACK": str(stack.number),
        "LIVERY_MODE": stack.mode,
        "LIVERY_SECRET_KEY_FILE": str(stack.secret_file("secret_key")),
        "LIVERY_MASTER_KEY_FILE": str(stack.secret_file("master_key")),
        "LIVERY_IDENTITY_KEY_FILE": str(stack.secret_file("identity_key")),
        "LIVERY_WEBMAIL_KEY_FILE": str(stack.secret_file("webmail_key")),
        "LIVERY_DATABASE_HOST": host,
        "LIVERY_DATABASE_PORT": str(port),
        "LIVERY_DATABASE_NAME": DATABASE,
        "LIVERY_DATABASE_PASSWORDS": str(stack.var / "secrets" / "database"),
        "LIVERY_REDIS_URL": redis_server.url(stack),
    }


def _network(stack: Stack) -> dict[str, str]:
    return {
        "LIVERY_RESOLVER": _at(stack, "resolver"),
        "LIVERY_DNS_ROOTS": ",".join(
            stack.address(role) for role in ("registry_primary", "registry_secondary")
        ),
        "LIVERY_ACCEPT_LISTEN": _at(stack, "accept"),
        "LIVERY_ACCEPT_ESMTP_LISTEN": _at(stack, "accept_esmtp"),
        "LIVERY_SENDER_POLICY_LISTEN": _at(stack, "sender_policy"),
        "LIVERY_FEEDBACK_LISTEN": _at(stack, "feedback"),
        "LIVERY_ACCEPT_METRICS_LISTEN": _at(stack, "accept_metrics"),
        "LIVERY_METRICS_LISTEN": _at(stack, "metrics"),
        "LIVERY_WEB_LISTEN": _at(stack, "web"),
        "LIVERY_IMAPS": _at(stack, "imaps"),
        "LIVERY_SUBMISSIONS": _at(stack, "submissions"),
        "LIVERY_DOVECOT_LMTP": _at(stack, "lmtp"),
        "LIVERY_RSPAMD_URL": f"http://{_at(stack, 'rspamd_normal')}",
        "LIVERY_EGRESS_NODE": code.EGRESS_NODE,
        "LIVERY_EGRESS_SOURCES": _egress_sources(stack),
        "LIVERY_PLATFORM_DNS_SERVER": _at(stack, "hosting_primary"),
        "LIVERY_PLATFORM_DNS_KEY_NAME": DNS_PLATFORM_KEY,
        "LIVERY_PLATFORM_DNS_KEY_FILE": str(stack.secret_file("dns_platform")),
    }


def _names_and_policy(stack: Stack) -> dict[str, str]:
    return {
        "LIVERY_PLATFORM_HOST": PLATFORM_HOST,
        "LIVERY_INFRA_DOMAIN": INFRA_DOMAIN,
        "LIVERY_LOCAL_SUFFIX": LOCAL_SUFFIX,
        "LIVERY_LOCAL_PORT": str(stack.local_port),
        "LIVERY_JOURNAL": str(stack.var / "journal"),
        "LIVERY_CA_FILE": str(stack.ca_file),
        "LIVERY_PROFILE_CERTIFICATE_FILE": str(stack.profile_certificate_file),
        "LIVERY_PROFILE_KEY_FILE": str(stack.profile_certificate_key_file),
        "LIVERY_MX_HOST": f"mx.{INFRA_DOMAIN}",
        "LIVERY_IMAP_HOST": f"imap.{INFRA_DOMAIN}",
        "LIVERY_SMTP_HOST": f"smtp.{INFRA_DOMAIN}",
        "LIVERY_SPF_INCLUDE": f"spf.{INFRA_DOMAIN}",
        "LIVERY_WEB_HOST": f"web.{INFRA_DOMAIN}",
        "LIVERY_RECORDS_ZONE": f"r.{INFRA_DOMAIN}",
        # Every address of this stack is in 127/8, so the guard against private targets must let them pass.
        "LIVERY_ALLOW_PRIVATE_TARGETS": "true",
        "LIVERY_DELAY_SCALE": _delay_scale(stack),
        "LIVERY_DNSBL_ZONES": os.environ.get("LIVERY_DNSBL_ZONES", f"dnsbl.{OUTSIDE_DOMAIN}"),
        "LIVERY_OPERATOR_EMAIL": OPERATOR_EMAIL,
        "LIVERY_ALARM_EMAIL": f"alarms@{OUTSIDE_DOMAIN}",
        "LIVERY_OPERATOR_PASSWORD_FILE": str(stack.secret_file("operator_password")),
    }


def write(stack: Stack) -> None:
    """Write var/env; mode 600 of the service user, because the Redis URL carries a password."""
    lines = "".join(f"{name}={value}\n" for name, value in values(stack).items())
    folders.write(stack.env_file, lines, owner=SERVICE_USER, mode=0o600)
