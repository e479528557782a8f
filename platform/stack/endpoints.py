"""The machine-readable map of a stack: every host, port, login, CA file and DSN (`./livery endpoints --json`)."""

import json
from typing import Any

from stack import folders, secret_files
from stack.env_file import OPERATOR_EMAIL
from stack.model import (
    DATABASE,
    INFRA_DOMAIN,
    LOCAL_SUFFIX,
    OUTSIDE_DOMAIN,
    PLATFORM_HOST,
    Stack,
)

#: Names of TSIG keys, as the DNS servers know them.
DNS_OWNER_KEY = "owner"
DNS_REGISTRY_KEY = "registry"
#: Keys of `knot_control`: what the servers' parts and control sockets are called.
DNS_SERVERS = {
    "registry": "registry",
    "registry_secondary": "registry-secondary",
    "hosting": "hosting",
    "hosting_secondary": "hosting-secondary",
}

#: service → (role, name that its certificate carries or None, tls)
SERVICES: dict[str, tuple[str, str | None, str]] = {
    "smtp_mx": ("mx", f"mx.{INFRA_DOMAIN}", "starttls"),
    "submission": ("submission", f"smtp.{INFRA_DOMAIN}", "starttls"),
    "submissions": ("submissions", f"smtp.{INFRA_DOMAIN}", "implicit"),
    "imap": ("imap", f"imap.{INFRA_DOMAIN}", "starttls"),
    "imaps": ("imaps", f"imap.{INFRA_DOMAIN}", "implicit"),
    "pop3": ("pop3", f"imap.{INFRA_DOMAIN}", "starttls"),
    "pop3s": ("pop3s", f"imap.{INFRA_DOMAIN}", "implicit"),
    "managesieve": ("managesieve", f"imap.{INFRA_DOMAIN}", "starttls"),
    "https": ("https", PLATFORM_HOST, "implicit"),
    "http": ("http", None, "none"),
    "postgres": ("postgres", None, "none"),
    "redis": ("redis", None, "none"),
    "dns_resolver": ("resolver", None, "none"),
    "dns_hosting": ("hosting_primary", None, "none"),
    "dns_hosting_secondary": ("hosting_secondary", None, "none"),
    "dns_registry": ("registry_primary", None, "none"),
    "dns_registry_secondary": ("registry_secondary", None, "none"),
    "rspamd": ("rspamd_normal", None, "none"),
    "web": ("web", None, "none"),
    "accept": ("accept", None, "none"),
    "feedback": ("feedback", None, "none"),
    "metrics": ("metrics", None, "none"),
    "accept_esmtp": ("accept_esmtp", None, "none"),
    "accept_metrics": ("accept_metrics", None, "none"),
    "outside_mx": ("outside_mx", f"mx.{OUTSIDE_DOMAIN}", "starttls"),
    "outside_control": ("outside_control", None, "none"),
}


def _service(stack: Stack, role: str, name: str | None, tls: str) -> dict[str, Any]:
    address, port = stack.endpoint(role)
    return {
        "host": name or address,
        "address": address,
        "port": port,
        "tls": tls,
        "sni": name,
        "ca_file": str(stack.ca_file) if tls != "none" else None,
    }


def _hosts(stack: Stack) -> dict[str, str]:
    return {
        f"mx.{INFRA_DOMAIN}": stack.address("mx"),
        f"smtp.{INFRA_DOMAIN}": stack.address("submission"),
        f"imap.{INFRA_DOMAIN}": stack.address("imap"),
        f"mx.{OUTSIDE_DOMAIN}": stack.address("outside_mx"),
        PLATFORM_HOST: stack.address("https"),
    }


def _update(stack: Stack, role: str, key_name: str, secret: str) -> dict[str, Any]:
    address, port = stack.endpoint(role)
    return {
        "server": address,
        "port": port,
        "key_name": key_name,
        "algorithm": "hmac-sha256",
        "secret": stack.secret(secret),
    }


def _dsn(stack: Stack, role: str) -> str:
    host, port = stack.endpoint("postgres")
    password = stack.secret(f"database/{role}")
    return f"postgresql://livery_{role}:{password}@{host}:{port}/{DATABASE}"


def endpoints(stack: Stack) -> dict[str, Any]:
    """Return the whole map; clients connect to `address` and verify the name in `sni`."""
    control_host, control_port = stack.endpoint("outside_control")
    return {
        "stack": stack.number,
        "mode": stack.mode,
        "ca_file": str(stack.ca_file),
        "env_file": str(stack.env_file),
        "checkout": str(stack.checkout),
        "hosts": _hosts(stack),
        "host_suffixes": {
            PLATFORM_HOST: stack.address("https"),
            f"smtp.{INFRA_DOMAIN}": stack.address("submission"),
            f"imap.{INFRA_DOMAIN}": stack.address("imap"),
        },
        "services": {key: _service(stack, *facts) for key, facts in SERVICES.items()},
        "urls": {
            "platform": f"https://{PLATFORM_HOST}/",
            "platform_local": local_url(stack),
            "outside_control": f"http://{control_host}:{control_port}",
        },
        "dns_update": _update(stack, "hosting_primary", DNS_OWNER_KEY, "dns_owner"),
        # For the outside world only, which plays registrar and host of domains.
        "registry_update": _update(stack, "registry_primary", DNS_REGISTRY_KEY, "dns_registry"),
        "outside_update": _update(stack, "hosting_primary", DNS_OWNER_KEY, "dns_owner"),
        "knot_control": {
            key: str(stack.run / "knot" / f"{name}.sock") for key, name in DNS_SERVERS.items()
        },
        "logins": {
            "operator": {
                "url": f"https://{PLATFORM_HOST}/login/",
                "email": OPERATOR_EMAIL,
                "password": stack.secret("operator_password"),
            }
        },
        "outside": {
            "domain": OUTSIDE_DOMAIN,
            "client_address": stack.address("outside_client"),
            "mx_host": f"mx.{OUTSIDE_DOMAIN}",
            "certificate_file": str(stack.certificate_file),
            "key_file": str(stack.certificate_key_file),
        },
        "dsn": {role: _dsn(stack, role) for role in secret_files.DATABASE_ROLES},
    }


def local_url(stack: Stack) -> str:
    """Return the platform's address in a browser on this machine, where `*.localhost` needs no DNS."""
    return f"https://{PLATFORM_HOST.removesuffix('.test')}.{LOCAL_SUFFIX}:{stack.local_port}/"


def write(stack: Stack) -> None:
    """Write var/endpoints.json, mode 600: it holds every password of the stack."""
    content = json.dumps(endpoints(stack), indent=2) + "\n"
    folders.write(stack.endpoints_file, content, mode=0o600)
