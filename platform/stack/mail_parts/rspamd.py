"""Rspamd: milter of the MX, scanner of hosted mail and controller. It starts without any outside look-up."""

import http.client

from stack.model import NotReadyError, Part, Stack

USER = "_rspamd"
CONFIGURATION = "/etc/rspamd/rspamd.conf"
HTTP_OK = 200

FILES = (
    "local.d/actions.conf",
    "local.d/arc.conf",
    "local.d/dkim.conf",
    "local.d/dmarc.conf",
    "local.d/hfilter.conf",
    "local.d/logging.inc",
    "local.d/milter_headers.conf",
    "local.d/options.inc",
    "local.d/settings.conf",
    "local.d/spf.conf",
    "local.d/worker-normal.inc",
    "local.d/worker-proxy.inc",
    "override.d/worker-controller.inc",
    "suffixes.dat",
)
SWITCHED_OFF = (
    "asn",
    "antivirus",
    "clickhouse",
    "dcc",
    "dkim_signing",
    "elastic",
    "emails",
    "external_services",
    "fuzzy_check",
    "greylist",
    "history_redis",
    "metadata_exporter",
    "mid",
    "multimap",
    "mx_check",
    "neural",
    "p0f",
    "phishing",
    "ratelimit",
    "rbl",
    "replies",
    "reputation",
    "rspamd_update",
    "spamassassin",
    "surbl",
    "url_redirector",
    "whitelist",
)


def parts(stack: Stack) -> list[Part]:
    """Return the scanner."""
    folders = {
        "LOCAL_CONFDIR": stack.etc / "rspamd",
        "DBDIR": stack.var / "rspamd",
        "RUNDIR": stack.run / "rspamd",
        "LOGDIR": stack.var / "rspamd",
    }
    roles = ("rspamd_milter", "rspamd_normal", "rspamd_controller")
    return [
        Part(
            name="rspamd",
            command=(
                *("rspamd", "-f", "-c", CONFIGURATION),
                *(f"--var={name}={folder}" for name, folder in folders.items()),
            ),
            user=USER,
            directory=stack.var / "rspamd",
            listens=tuple(stack.endpoint(role) for role in roles),
            check=lambda: _check(stack),
            requires=("unbound",),
            prepare=lambda: _prepare(stack),
            # A first start compiles its rules.
            ready_seconds=180,
            stop_seconds=15,
        )
    ]


def _prepare(stack: Stack) -> None:
    folder = stack.folder("etc", "rspamd")
    state = stack.folder("rspamd", owner=USER, mode=0o750)
    stack.folder("rspamd", "tmp", owner=USER, mode=0o700)
    run = stack.run_folder("rspamd", owner=USER, mode=0o750)
    values = {"conf": folder, "state": state, "run": run}
    for name in FILES:
        stack.render(f"rspamd/{name}.j2", folder / name, owner=USER, mode=0o600, values=values)
    for module in SWITCHED_OFF:
        stack.render("rspamd/local.d/switched_off.conf.j2", folder / "local.d" / f"{module}.conf")


def _check(stack: Stack) -> str:
    for role in ("rspamd_normal", "rspamd_controller"):
        host, port = stack.endpoint(role)
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", "/ping")
            answer = connection.getresponse()
            said = answer.read().decode(errors="replace").strip()
        except http.client.HTTPException as error:
            raise NotReadyError(f"{role}: {error!r}") from error
        finally:
            connection.close()
        if answer.status != HTTP_OK or said != "pong":
            raise NotReadyError(f"{role} answers {answer.status} {said}")
    return "scanner and controller answer ping"
