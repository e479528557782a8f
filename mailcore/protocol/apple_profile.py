"""Configuration profiles that set up Mail on Apple's systems (Configuration Profile Reference)."""

import plistlib
from collections.abc import Sequence
from uuid import NAMESPACE_DNS, UUID, uuid5

from mailcore.protocol.client_settings import Server


def profile(offered: Sequence[Server], *, address: str, host: str, display_name: str) -> bytes:
    """An account for one address, as a property list; `host` is the name that it is fetched from.

    A second download for the same address has the same identifiers, so it replaces the first one.
    The password is asked for when it is installed.
    """
    identifier = ".".join(reversed(host.split(".")))
    account, whole = (_uuid(host, address, part) for part in ("account", "profile"))
    content = _account(offered, address=address, display_name=display_name) | {
        "PayloadType": "com.apple.mail.managed",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{identifier}.mail.{account}",
        "PayloadUUID": account,
        "PayloadDisplayName": display_name,
    }
    return plistlib.dumps(
        {
            "PayloadType": "Configuration",
            "PayloadVersion": 1,
            "PayloadIdentifier": f"{identifier}.{whole}",
            "PayloadUUID": whole,
            "PayloadDisplayName": f"{display_name} ({address})",
            "PayloadOrganization": display_name,
            "PayloadRemovalDisallowed": False,
            "PayloadContent": [content],
        }
    )


def _account(offered: Sequence[Server], *, address: str, display_name: str) -> dict[str, object]:
    """Apple takes one server each way; the first offered is the best."""
    incoming = next(server for server in offered if server.kind == "imap")
    outgoing = next(server for server in offered if server.kind == "smtp")
    return {
        "EmailAccountType": "EmailTypeIMAP",
        "EmailAccountDescription": display_name,
        "EmailAddress": address,
        "IncomingMailServerAuthentication": "EmailAuthPassword",
        "IncomingMailServerHostName": incoming.host,
        "IncomingMailServerPortNumber": incoming.port,
        "IncomingMailServerUseSSL": True,
        "IncomingMailServerUsername": address,
        "OutgoingMailServerAuthentication": "EmailAuthPassword",
        "OutgoingMailServerHostName": outgoing.host,
        "OutgoingMailServerPortNumber": outgoing.port,
        "OutgoingMailServerUseSSL": True,
        "OutgoingMailServerUsername": address,
        "OutgoingPasswordSameAsIncomingPassword": True,
    }


def _uuid(host: str, address: str, part: str) -> str:
    name: UUID = uuid5(uuid5(NAMESPACE_DNS, host), f"{part}:{address}")
    return str(name).upper()
