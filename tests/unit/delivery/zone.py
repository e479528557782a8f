"""A DNS out of a table, for those who ask `Lookups`."""

import dns.rrset

from mailcore.delivery.lookups import Found, LookupFailed

#: Of a name that does not exist, and of one that the resolver gives no answer about.
MISSING, BROKEN = "missing", "broken"


class Zone:
    """Answers from (name, type) → records, MISSING or BROKEN; `secure` names are vouched for."""

    def __init__(self, table, *, secure=(), validating=True):
        self.table = table
        self.secure = set(secure)
        self.validating = validating
        self.asked = []

    async def ask(self, name, kind):
        self.asked.append((name, kind))
        told = self.table.get((name, kind), ())
        if told == BROKEN:
            raise LookupFailed(f"DNS gave no answer about {name}")
        if told == MISSING:
            return Found(exists=False)
        records = tuple(dns.rrset.from_text(f"{name}.", 60, "IN", kind, *told)) if told else ()
        return Found(records=records, is_secure=name in self.secure, canonical=name)

    async def validates(self):
        return self.validating
