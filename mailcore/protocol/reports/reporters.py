"""Receivers whose reports weigh more than a stranger's."""

#: Domains that large receivers send their reports from, and in which they sell no mailboxes: From
#: an address of gmx.net anybody may write, from one of google.com only Google.
_RECOGNISED = frozenset(
    {
        "google.com",
        "microsoft.com",
        "yahooinc.com",
        "yahoo-inc.com",
        "oath.com",
        "fastmaildmarc.com",
        "corp.mail.ru",
        "zohocorp.com",
        "amazonses.com",
        "mimecast.org",
        "mimecastreport.com",
        "barracudanetworks.com",
        "cisco.com",
        "proofpoint.com",
    }
)


def is_recognised(domain: str) -> bool:
    """Whether this is the domain of a large receiver, or one below it."""
    labels = domain.split(".")
    return any(".".join(labels[at:]) in _RECOGNISED for at in range(len(labels) - 1))
