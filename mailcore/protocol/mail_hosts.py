"""Which well-known provider a mail exchanger belongs to, by the name that people know."""

from collections.abc import Sequence

#: Suffix of an MX host's name → what its customers call it.
_NAMES = {
    "google.com": "Google Workspace",
    "googlemail.com": "Google Workspace",
    "mail.protection.outlook.com": "Microsoft 365",
    "mx.microsoft": "Microsoft 365",
    "zoho.com": "Zoho Mail",
    "zoho.eu": "Zoho Mail",
    "zoho.in": "Zoho Mail",
    "messagingengine.com": "Fastmail",
    "protonmail.ch": "Proton Mail",
    "icloud.com": "iCloud Mail",
    "yandex.net": "Yandex Mail",
    "yandex.ru": "Yandex Mail",
    "secureserver.net": "GoDaddy",
    "emailsrvr.com": "Rackspace",
    "privateemail.com": "Namecheap Private Email",
    "registrar-servers.com": "Namecheap",
    "kundenserver.de": "IONOS",
    "ionos.com": "IONOS",
    "1and1.com": "IONOS",
    "rzone.de": "STRATO",
    "your-server.de": "Hetzner",
    "ovh.net": "OVHcloud",
    "gandi.net": "Gandi",
    "infomaniak.ch": "Infomaniak",
    "hostinger.com": "Hostinger",
    "titan.email": "Titan",
    "mailbox.org": "mailbox.org",
    "migadu.com": "Migadu",
    "cloudflare.net": "Cloudflare Email Routing",
    "improvmx.com": "ImprovMX",
    "forwardemail.net": "Forward Email",
    "amazonaws.com": "Amazon SES",
    "mailgun.org": "Mailgun",
    "sendgrid.net": "SendGrid",
    "pphosted.com": "Proofpoint",
    "mimecast.com": "Mimecast",
    "barracudanetworks.com": "Barracuda",
}


def provider_named(hosts: Sequence[str]) -> str:
    """The provider of the first host that is known; empty when none is."""
    for host in hosts:
        labels = host.lower().rstrip(".").split(".")
        for at in range(len(labels) - 1):
            found = _NAMES.get(".".join(labels[at:]))
            if found:
                return found
    return ""
