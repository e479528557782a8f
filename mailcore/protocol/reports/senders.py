"""Who sends in a domain's name, as aggregate reports show it: ours, known services, the rest."""

import ipaddress
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from mailcore.protocol.reports.aggregate import Row

Group = Literal["ours", "known", "unknown"]
OURS = "ours"

#: Domain that a service signs with, or takes bounces at, whoever its customer is → service.
SERVICES: dict[str, str] = {
    "gappssmtp.com": "google-workspace",
    "google.com": "google-workspace",
    "gmail.com": "google-workspace",
    "onmicrosoft.com": "microsoft-365",
    "outlook.com": "microsoft-365",
    "amazonses.com": "amazon-ses",
    "sendgrid.net": "sendgrid",
    "sendgrid.info": "sendgrid",
    "mcsv.net": "mailchimp",
    "mcdlv.net": "mailchimp",
    "rsgsv.net": "mailchimp",
    "mailchimpapp.net": "mailchimp",
    "mandrillapp.com": "mailchimp",
    "mailgun.org": "mailgun",
    "mailgun.net": "mailgun",
    "mtasv.net": "postmark",
    "sparkpostmail.com": "sparkpost",
    "mailjet.com": "mailjet",
    "sendinblue.com": "brevo",
    "brevosend.com": "brevo",
    "hubspotemail.net": "hubspot",
    "exacttarget.com": "salesforce",
    "salesforce.com": "salesforce",
    "zendesk.com": "zendesk",
    "freshemail.io": "freshworks",
    "shopifyemail.com": "shopify",
    "klaviyomail.com": "klaviyo",
    "cmail19.com": "campaign-monitor",
    "cmail20.com": "campaign-monitor",
    "zohomail.com": "zoho",
    "zoho.com": "zoho",
    "messagingengine.com": "fastmail",
    "protonmail.ch": "proton",
    "yahoo.com": "yahoo",
    "yandex.net": "yandex",
    "mimecast.com": "mimecast",
    "pphosted.com": "proofpoint",
    "intercom-mail.com": "intercom",
    "stripe.com": "stripe",
    "atlassian.net": "atlassian",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A sender as people think of one: `name` is `ours`, a service, a domain or an address."""

    name: str
    group: Group


#: How services write their names, where the code does not tell.
SERVICE_NAMES: dict[str, str] = {
    "google-workspace": "Google Workspace",
    "microsoft-365": "Microsoft 365",
    "amazon-ses": "Amazon SES",
    "sendgrid": "SendGrid",
    "mailchimp": "Mailchimp",
    "mailgun": "Mailgun",
    "postmark": "Postmark",
    "sparkpost": "SparkPost",
    "mailjet": "Mailjet",
    "brevo": "Brevo",
    "hubspot": "HubSpot",
    "salesforce": "Salesforce",
    "zendesk": "Zendesk",
    "freshworks": "Freshworks",
    "shopify": "Shopify",
    "klaviyo": "Klaviyo",
    "campaign-monitor": "Campaign Monitor",
    "zoho": "Zoho",
    "fastmail": "Fastmail",
    "proton": "Proton",
    "yahoo": "Yahoo",
    "yandex": "Yandex",
    "mimecast": "Mimecast",
    "proofpoint": "Proofpoint",
    "intercom": "Intercom",
    "stripe": "Stripe",
    "atlassian": "Atlassian",
}


def source_of(row: Row, *, domain: str, ours: AbstractSet[str]) -> Source:
    """Whom a row's messages came from; `ours` are the addresses that we send from.

    A service is known by what *passed* at the receiver: anybody may write its name, not sign
    with its key. Who passed for a domain that we do not know is named by it, the rest by address.
    """
    if row.source_ip in ours:
        return Source(name=OURS, group="ours")
    proven = [name for name in (*row.signers, row.spf_domain) if name]
    for name in proven:
        service = _service(name)
        if service:
            return Source(name=service, group="known")
    strangers = [name for name in proven if not _is_at_or_below(name, domain)]
    return Source(name=strangers[0] if strangers else _network(row.source_ip), group="unknown")


def _service(name: str) -> str:
    labels = name.split(".")
    found = (SERVICES.get(".".join(labels[at:])) for at in range(len(labels) - 1))
    return next((service for service in found if service), "")


def _is_at_or_below(name: str, domain: str) -> bool:
    return name == domain or name.endswith(f".{domain}")


def _network(address: str) -> str:
    """The address; of IPv6 the /64, in which one machine changes its address as it likes."""
    found = ipaddress.ip_address(address)
    return address if found.version == 4 else str(ipaddress.ip_network(f"{address}/64", False))
