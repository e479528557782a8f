"""Portals' host names at the proxy: many new ones at the same moment."""

import socket
import ssl
from concurrent.futures import ThreadPoolExecutor

from stack.client.endpoints import Endpoints

_NEW, _AT_ONCE = 100, 16


def test_new_portals_get_tls_however_many_are_opened_at_once(endpoints: Endpoints) -> None:
    https = endpoints.service("https")
    context = ssl.create_default_context(cafile=endpoints.ca_file)

    def shown_to(number: int) -> object:
        host = f"new-{number}.{https.host}"
        with (
            socket.create_connection((https.address, https.port), timeout=60) as plain,
            context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            shown = secured.getpeercert()
        assert shown is not None
        return shown["subjectAltName"]

    with ThreadPoolExecutor(_AT_ONCE) as executor:
        seen = list(executor.map(shown_to, range(_NEW)))
    assert seen == [(("DNS", f"*.{https.host}"),)] * _NEW
