"""The processes of our own code: migration, daemons, web, Celery workers and beat."""

import http.client
import smtplib
from collections.abc import Callable

import redis
from celery import Celery
from kombu.exceptions import OperationalError

from stack.core_parts import redis_server
from stack.model import SERVICE_USER, NotReadyError, Part, Stack

EGRESS_NODE = "node1"
DATABASE_READY = ("postgres", "prepare")
HTTP_OK = 200
PING_SECONDS = 1.0
#: Generous, because a part that cannot start ends at once and is reported then; only a busy machine takes long.
READY_SECONDS = 180


def parts(stack: Stack) -> list[Part]:
    """Return every process of our own code, in no particular order."""
    return [
        # A quarter of a second for each reseller and what their migrations take; it waits for nobody long.
        _command(stack, "prepare", role="owner", requires=("postgres", "redis"), seconds=3600),
        _daemon(stack, "accept", also=("accept_esmtp", "sender_policy")),
        _daemon(stack, "feedback"),
        _web(stack),
        _worker(stack, f"egress.{EGRESS_NODE}", queue=f"egress.{EGRESS_NODE}"),
        _worker(stack, "events", queue="events"),
        _worker(stack, "control", queue="control"),
        _beat(stack),
        _command(
            stack,
            "seed",
            role="operator",
            requires=("prepare", "redis", "hosting-secondary", "unbound"),
            seconds=120,
        ),
    ]


def _own(stack: Stack) -> None:
    """Make the folders that the service user writes."""
    for name in ("journal", "beat", "pycache"):
        stack.folder(name, owner=SERVICE_USER, mode=0o750)


def _environment(stack: Stack, *, role: str) -> dict[str, str]:
    # The service user may not write beside the code, and compiling Django at every start costs 1.6 s of CPU. Root
    # never uses this cache.
    cache = {"PYTHONPYCACHEPREFIX": str(stack.var / "pycache")}
    return stack.environment(role=role) | cache


def _command(
    stack: Stack, name: str, *, role: str, requires: tuple[str, ...], seconds: float
) -> Part:
    return Part(
        name=name,
        command=(str(stack.python), str(stack.checkout / "manage.py"), name),
        user=SERVICE_USER,
        environment=_environment(stack, role=role),
        requires=requires,
        prepare=lambda: _own(stack),
        once=True,
        ready_seconds=seconds,
    )


def _daemon(stack: Stack, name: str, *, also: tuple[str, ...] = ()) -> Part:
    """An LMTP server; `also` is where else it listens."""
    return Part(
        name=name,
        command=(str(stack.python), str(stack.checkout / "manage.py"), f"{name}_daemon"),
        user=SERVICE_USER,
        environment=_environment(stack, role="delivery"),
        listens=tuple(stack.endpoint(role) for role in (name, *also)),
        check=lambda: _lmtp(stack, name),
        requires=DATABASE_READY,
        prepare=lambda: _own(stack),
        ready_seconds=READY_SECONDS,
        stop_seconds=40,
    )


def _web(stack: Stack) -> Part:
    host, port = stack.endpoint("web")
    return Part(
        name="web",
        command=(
            str(stack.python),
            *("-m", "gunicorn", "controlplane.wsgi:application"),
            *("--bind", f"{host}:{port}", "--workers", "4", "--preload", "--timeout", "60"),
            # Two processes for each core of a small machine: threads of one take the interpreter from each other,
            # and each has to get it back after every answer of the database. More threads than may wait for others'
            # DNS servers, and each has a connection in the pool. Kept-alive connections would be closed just when
            # the proxy sends on them.
            *("--threads", "8", "--keep-alive", "0"),
            *("--worker-tmp-dir", "/dev/shm"),  # noqa: S108 (gunicorn's heartbeat file must not wait for a disk)
            *("--graceful-timeout", "10", "--no-control-socket"),
            # A list's cursor, filters and fields together are longer than the 4,094 that are usual.
            *("--limit-request-line", "8190"),
            "--forwarder-headers=",  # no SCRIPT_NAME from strangers: the proxy passes it on
        ),
        user=SERVICE_USER,
        environment=_environment(stack, role="web"),
        listens=(stack.endpoint("web"),),
        check=lambda: _http(stack),
        requires=(*DATABASE_READY, "redis"),
        prepare=lambda: _own(stack),
        ready_seconds=READY_SECONDS,
    )


def _celery(
    stack: Stack,
    name: str,
    *arguments: str,
    stop_seconds: int,
    check: Callable[[], str] | None = None,
    niceness: int = 0,
) -> Part:
    return Part(
        name=name,
        command=(str(stack.python), "-m", "celery", "-A", "controlplane", *arguments),
        user=SERVICE_USER,
        environment=_environment(stack, role="worker"),
        requires=(*DATABASE_READY, "redis"),
        prepare=lambda: _own(stack),
        check=check,
        ready_seconds=READY_SECONDS,
        stop_seconds=stop_seconds,
        niceness=niceness,
    )


def _worker(stack: Stack, name: str, *, queue: str) -> Part:
    # Pool solo: the egress loop lives in a thread of this very process (foundations 20).
    options = ("-P", "solo", "--without-gossip", "--without-mingle", "-l", "INFO")
    node = f"{name}@stack{stack.number}"
    return _celery(
        stack,
        name,
        *("worker", "-Q", queue, "-n", node, *options),
        stop_seconds=45,
        check=lambda: _ping(stack, node),
        # What has to be done lies in the database and waits; who asks for a page or an answer does not.
        niceness=5,
    )


def _beat(stack: Stack) -> Part:
    schedule = stack.var / "beat" / "schedule"
    options = ("-s", str(schedule), "--pidfile=", "-l", "INFO")
    return _celery(stack, "beat", "beat", *options, stop_seconds=10)


def _ping(stack: Stack, node: str) -> str:
    """Ask a worker by Celery's remote control, through Redis, whether it takes tasks."""
    app = Celery(broker=redis_server.url(stack), set_as_current=False)
    app.conf.broker_transport_options = {"socket_timeout": 3, "socket_connect_timeout": 2}
    try:
        replies = app.control.ping(destination=[node], timeout=PING_SECONDS, limit=1)
    except (OperationalError, redis.RedisError) as error:
        raise OSError(f"Redis does not answer: {error}") from error
    finally:
        app.close()
    if not replies:
        raise NotReadyError("no answer to a ping")
    return "answers a ping"


def _http(stack: Stack) -> str:
    host, port = stack.endpoint("web")
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        for path in ("/healthz", "/readyz"):
            connection.request("GET", path)
            reply = connection.getresponse()
            reply.read()
            if reply.status != HTTP_OK:
                raise NotReadyError(f"{path} answers {reply.status}")
    except http.client.HTTPException as error:
        raise OSError(f"no HTTP answer: {error!r}") from error
    finally:
        connection.close()
    return "healthz and readyz answer 200"


def _lmtp(stack: Stack, name: str) -> str:
    host, port = stack.endpoint(name)
    try:
        with smtplib.LMTP(host, port, timeout=5) as client:
            code, words = client.docmd("LHLO", "doctor.test")
    except smtplib.SMTPException as error:
        raise OSError(f"no LMTP answer: {error}") from error
    return f"LHLO answered {code} {words.decode(errors='replace').splitlines()[0]}"
