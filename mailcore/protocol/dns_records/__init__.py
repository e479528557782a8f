"""The DNS records that a mail domain should have."""

from mailcore.protocol.dns_records.mail import PublicKey as PublicKey
from mailcore.protocol.dns_records.mail import dkim as dkim
from mailcore.protocol.dns_records.mail import dkim_name as dkim_name
from mailcore.protocol.dns_records.mail import dmarc as dmarc
from mailcore.protocol.dns_records.mail import dmarc_name as dmarc_name
from mailcore.protocol.dns_records.mail import mx as mx
from mailcore.protocol.dns_records.mail import ownership as ownership
from mailcore.protocol.dns_records.mail import sender_policy as sender_policy
from mailcore.protocol.dns_records.record import AUTOCONFIG as AUTOCONFIG
from mailcore.protocol.dns_records.record import AUTODISCOVER as AUTODISCOVER
from mailcore.protocol.dns_records.record import DKIM_ED25519 as DKIM_ED25519
from mailcore.protocol.dns_records.record import DKIM_RSA as DKIM_RSA
from mailcore.protocol.dns_records.record import DMARC as DMARC
from mailcore.protocol.dns_records.record import MTA_STS as MTA_STS
from mailcore.protocol.dns_records.record import MTA_STS_HOST as MTA_STS_HOST
from mailcore.protocol.dns_records.record import MX as MX
from mailcore.protocol.dns_records.record import OWNERSHIP as OWNERSHIP
from mailcore.protocol.dns_records.record import RETURN_PATH as RETURN_PATH
from mailcore.protocol.dns_records.record import RETURN_PATH_SPF as RETURN_PATH_SPF
from mailcore.protocol.dns_records.record import SPF as SPF
from mailcore.protocol.dns_records.record import SRV as SRV
from mailcore.protocol.dns_records.record import TLS_RPT as TLS_RPT
from mailcore.protocol.dns_records.record import TTL as TTL
from mailcore.protocol.dns_records.record import Key as Key
from mailcore.protocol.dns_records.record import Need as Need
from mailcore.protocol.dns_records.record import Record as Record
from mailcore.protocol.dns_records.wanted import HostedDomain as HostedDomain
from mailcore.protocol.dns_records.wanted import targets as targets
from mailcore.protocol.dns_records.wanted import wanted as wanted

#: The longest name that goes in front of a domain is a DKIM selector's; RFC 1035 allows 253 in all.
LONGEST_PREFIX = len("e1-20260101._domainkey.")
