"""Each fake at an address, and the editor that asks it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer

from mailcore.zones.adapters.providers import PROVIDERS, ProviderZone
from tests.contract.dns.fakes.account import Account, Provider
from tests.contract.dns.fakes.beside import DNSimple, Ionos, Linode, Netcup, Porkbun, Vultr
from tests.contract.dns.fakes.first import Cloudflare, DigitalOcean
from tests.contract.dns.fakes.zone_file import Hetzner, Ovh, Scaleway

FAKES: dict[str, type[Provider]] = {
    "cloudflare": Cloudflare,
    "digitalocean": DigitalOcean,
    "dnsimple": DNSimple,
    "hetzner": Hetzner,
    "ionos": Ionos,
    "linode": Linode,
    "netcup": Netcup,
    "ovh": Ovh,
    "porkbun": Porkbun,
    "scaleway": Scaleway,
    "vultr": Vultr,
}


@contextmanager
def serve(provider: str) -> Iterator[Account]:
    """The provider at a port of its own, with an empty zone."""
    account = Account()
    bound = type("Bound", (FAKES[provider],), {"account": account})
    server = ThreadingHTTPServer(("127.77.199.8", 0), bound)
    slash = "/" if provider == "linode" else ""  # as dns-lexicon keeps its address
    account.url = f"http://127.77.199.8:{server.server_port}{FAKES[provider].base}{slash}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield account
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def at_provider(name: str, account: Account, **other: str) -> ProviderZone:
    """An editor that asks the fake instead of the provider; with other settings too."""
    return ProviderZone(provider=name, fields={**FAKES[name].fields, **other}, endpoint=account.url)


def wrong_keys(name: str) -> dict[str, str]:
    """Each secret of a credential, mistyped."""
    return {one.name: "wrong.key" for one in PROVIDERS[name].fields if one.is_secret}
