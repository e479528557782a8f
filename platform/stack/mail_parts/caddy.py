"""Caddy: TLS for all web hosts, with certificates of the stack's own authority."""

import shutil
import socket
import ssl

from stack import folders
from stack.mail_parts import roundcube
from stack.model import PLATFORM_HOST, NotReadyError, Part, Stack

USER = "caddy"
#: Lets an ordinary user listen on ports 80 and 443, and nothing else.
PRIVILEGE = (
    *("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"),
    *(f"--{kind}=-all,+net_bind_service" for kind in ("inh-caps", "ambient-caps", "bounding-set")),
    "--no-new-privs",
)


def parts(stack: Stack) -> list[Part]:
    """Return the web's front door."""
    home = str(stack.var / "caddy")
    return [
        Part(
            name="caddy",
            command=(
                *PRIVILEGE,
                *("caddy", "run", "--adapter", "caddyfile"),
                *("--config", str(stack.etc / "caddy" / "Caddyfile")),
            ),
            environment={
                "HOME": home,
                "XDG_DATA_HOME": f"{home}/share",
                "XDG_CONFIG_HOME": f"{home}/config",
            },
            directory=stack.var / "caddy",
            listens=(
                stack.endpoint("https"),
                stack.endpoint("http"),
                ("127.0.0.1", stack.local_port),
            ),
            check=lambda: _check(stack),
            requires=("web", "roundcube"),
            prepare=lambda: _prepare(stack),
        )
    ]


def _prepare(stack: Stack) -> None:
    state = stack.folder("caddy", owner=USER, mode=0o700)
    for name in ("data", "share", "config"):
        stack.folder("caddy", name, owner=USER, mode=0o700)
    run = stack.run_folder("caddy", owner=USER, mode=0o700)
    # Its own copy of the authority's key: it may read nothing else below var/tls.
    key = folders.write(state / "ca.key", stack.ca_key_file.read_bytes(), owner=USER, mode=0o600)
    _forget_other_authority(stack)
    web_host, web_port = stack.endpoint("web")
    php_host, php_port = stack.endpoint("roundcube")
    stack.render(
        "caddy/Caddyfile.j2",
        "caddy/Caddyfile",
        values={
            "admin": run / "admin.sock",
            "platform_host": PLATFORM_HOST,
            "state": state,
            "ca_file": stack.ca_file,
            "ca_key_file": key,
            "web": f"{web_host}:{web_port}",
            "roundcube": f"{php_host}:{php_port}",
            "webmail_root": roundcube.public_folder(stack),
        },
    )


def _forget_other_authority(stack: Stack) -> None:
    """Remove kept certificates when the authority has changed: they would still be served until they end."""
    kept = stack.var / "caddy" / "data"
    mark = kept / "authority.pem"
    current = stack.ca_file.read_bytes()
    if mark.exists() and mark.read_bytes() != current:
        for name in ("certificates", "pki"):
            shutil.rmtree(kept / name, ignore_errors=True)
    folders.write(mark, current, owner=USER, mode=0o644)


def _check(stack: Stack) -> str:
    context = ssl.create_default_context(cafile=str(stack.ca_file))
    try:
        with (
            socket.create_connection(stack.endpoint("https"), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname=PLATFORM_HOST) as secured,
        ):
            version = secured.version()
    except ssl.SSLError as error:
        raise NotReadyError(f"no TLS for {PLATFORM_HOST}: {error}") from error
    return f"{version} for {PLATFORM_HOST}"
