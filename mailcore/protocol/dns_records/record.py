"""One DNS record of a domain, and what it is for."""

from dataclasses import dataclass
from enum import StrEnum

OWNERSHIP = "ownership"
MX = "mx"
SPF = "spf"
DKIM_RSA = "dkim-rsa"
DKIM_ED25519 = "dkim-ed25519"
DMARC = "dmarc"
RETURN_PATH = "return-path"
RETURN_PATH_SPF = "return-path-spf"
MTA_STS = "mta-sts"
MTA_STS_HOST = "mta-sts-host"
TLS_RPT = "tls-rpt"
AUTOCONFIG = "autoconfig"
AUTODISCOVER = "autodiscover"
SRV = "srv"

TTL = 3600
#: What a verdict is kept under: purpose and name.
Key = tuple[str, str]


class Need(StrEnum):
    """What a domain lacks without the record: mail itself, trust and comfort, or little."""

    REQUIRED = "required"
    RECOMMENDED = "recommended"
    OPTIONAL = "optional"


#: Where no CNAME is wanted, what a question for it asks; an alias shows in any answer.
_ASKED = {RETURN_PATH: "MX", MTA_STS_HOST: "A", AUTOCONFIG: "A", AUTODISCOVER: "A"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record to publish: `name` without a trailing dot, `ttl` in seconds.

    `value` of a SRV record is `weight port host`; of MX, SRV and CNAME the host has no trailing
    dot. `behind` is what the target of a CNAME shows when that is a name that we keep.
    `is_chosen`: somebody decided on this value here, so what DNS had before stands back.
    """

    purpose: str
    name: str
    type: str
    value: str
    priority: int | None = None
    ttl: int = TTL
    need: Need = Need.REQUIRED
    behind: "Record | None" = None
    is_chosen: bool = False

    @property
    def key(self) -> Key:
        """Purpose and name: what tells it from the domain's other records."""
        return self.purpose, self.name

    @property
    def asked(self) -> str:
        """The type to ask for: of a CNAME what a user of the name asks for."""
        return _ASKED.get(self.purpose, "TXT") if self.type == "CNAME" else self.type
