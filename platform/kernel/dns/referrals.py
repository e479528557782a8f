"""Zones that a server only points to."""

import dns.flags
import dns.rcode
import dns.rdatatype
from dns.message import Message
from dns.name import Name


def referral(message: Message, name: Name, *, zone: Name) -> Name | None:
    """The zone below `zone`, on the way to `name`, that the server only points to.

    One that points sideways or up is lame, and is not let to speak for other zones.
    """
    if message.rcode() != dns.rcode.NOERROR or message.flags & dns.flags.AA or message.answer:
        return None
    owners = [rrset.name for rrset in message.authority if rrset.rdtype == dns.rdatatype.NS]
    for owner in owners:
        if name.is_subdomain(owner) and owner.is_subdomain(zone) and owner != zone:
            return owner
    return None
