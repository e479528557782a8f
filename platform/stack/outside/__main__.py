"""`python -m stack.outside`: runs the outside world in the foreground until SIGTERM."""

import asyncio
import contextlib
import logging
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dns.exception

from stack.client.endpoints import Endpoints, endpoints_path, load_endpoints
from stack.client.lookup import UpdateRefusedError, stack_resolver
from stack.outside.behaviours import Behaviours
from stack.outside.certificate import server_context
from stack.outside.control import Desk, control_server
from stack.outside.identity import Identity
from stack.outside.registrar import registrar_of
from stack.outside.server import Hall, serve
from stack.outside.store import Store
from stack.outside.verify import Verifier

log = logging.getLogger("stack.outside")
VERIFIERS = 2
PUBLISH_SECONDS = 120


def publish_key(identity: Identity, endpoints: Endpoints) -> None:
    """Publish the DKIM key, waiting a while for the DNS server to come up."""
    key = endpoints.update_key("outside_update", "dns_update")
    deadline = time.monotonic() + PUBLISH_SECONDS
    while True:
        try:
            identity.publish(key)
        except (OSError, UpdateRefusedError, dns.exception.DNSException):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return


async def run(endpoints: Endpoints, folder: Path) -> None:
    """Serve SMTP and the control API until a signal ends it."""
    domain = endpoints.outside_domain
    hostname = str(endpoints.raw["outside"].get("mx_host") or f"mx.{domain}")
    folder.mkdir(parents=True, exist_ok=True)
    identity = Identity(domain=domain, key_file=folder / "dkim.pem")
    await asyncio.to_thread(publish_key, identity, endpoints)
    store = Store(folder / "messages")
    behaviours = Behaviours()
    with ThreadPoolExecutor(max_workers=VERIFIERS) as executor:
        verifier = Verifier(stack_resolver(endpoints))
        hall = Hall(
            domain=domain, store=store, behaviours=behaviours, verifier=verifier, executor=executor
        )
        for message in store.unjudged():
            executor.submit(hall.judge, message)
        desk = Desk(
            store=store,
            behaviours=behaviours,
            registrar=registrar_of(endpoints),
            identity=identity,
        )
        place = endpoints.service("outside_control")
        control = control_server(desk, address=place.address, port=place.port)
        threading.Thread(target=control.serve_forever, name="control", daemon=True).start()
        mx = endpoints.service("outside_mx")
        context = server_context(endpoints, hostname=hostname, folder=folder)
        server = await serve(
            hall, address=mx.address, port=mx.port, hostname=hostname, tls_context=context
        )
        log.info("outside world for %s on %s:%s", domain, mx.address, mx.port)
        await _signalled()
        server.close()
        await asyncio.to_thread(control.shutdown)


async def _signalled() -> None:
    ended = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, ended.set)
    await ended.wait()


def main() -> None:
    """Read the endpoints and run."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    path = endpoints_path()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(load_endpoints(path), path.parent / "outside"))


if __name__ == "__main__":
    main()
