"""Which mailbox provider stands behind a set of MX hosts (delivery-plane §2.3)."""

from collections import Counter
from collections.abc import Sequence

OTHER = "other"

#: Suffix of an MX host name → provider. Workspace and Gmail share their hosts and their judgement;
#: Microsoft's consumer and business edges are apart.
SUFFIXES: dict[str, str] = {
    "google.com": "gmail",
    "googlemail.com": "gmail",
    "yahoodns.net": "yahoo",
    "olc.protection.outlook.com": "outlook",
    "mail.protection.outlook.com": "m365",
    "mx.microsoft": "m365",
    "icloud.com": "apple",
    "comcast.net": "comcast",
    "orange.fr": "orange",
    "gmx.net": "gmx",
    "web.de": "gmx",
    "t-online.de": "t-online",
    "mimecast.com": "mimecast",
    "barracudanetworks.com": "barracuda",
    "ess.barracuda.com": "barracuda",
    "yahoo.co.jp": "yahoo-jp",
    "qq.com": "qq",
    "netease.com": "netease",
    "kpnmail.nl": "kpn",
    "netvigator.com": "netvigator",
}
PROVIDERS = frozenset(SUFFIXES.values()) | {OTHER}


def provider_of(mx_hosts: Sequence[str]) -> str:
    """The provider that most of the hosts belong to; a known one wins a tie; else OTHER."""
    votes = Counter(_provider(host) for host in mx_hosts)
    if not votes:
        return OTHER
    # Whatever order the hosts came in, the answer is the same.
    return max(votes, key=lambda name: (votes[name], name != OTHER, name))


def _provider(host: str) -> str:
    labels = host.lower().rstrip(".").split(".")
    for at in range(len(labels)):
        found = SUFFIXES.get(".".join(labels[at:]))
        if found:
            return found
    return OTHER
