"""TLS as a careful client does it: the stack's own authority, the name verified, nothing switched off."""

import socket
import ssl
from functools import cache

from stack.client.endpoints import Service


@cache
def verifying_context(ca_file: str) -> ssl.SSLContext:
    """Return a context that trusts only the authority in CA_FILE and verifies host names."""
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def secured(plain: socket.socket, service: Service) -> ssl.SSLSocket:
    """Return a connected socket with TLS on it, the service's name verified; closes it when that fails."""
    try:
        return context_of(service).wrap_socket(plain, server_hostname=service.sni)
    except BaseException:
        plain.close()
        raise


def context_of(service: Service) -> ssl.SSLContext:
    """Return the verifying context of a service that speaks TLS."""
    if service.ca_file is None:
        raise ValueError(f"{service.key} names no ca_file")
    return verifying_context(service.ca_file)
