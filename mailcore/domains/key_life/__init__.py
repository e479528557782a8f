"""The life of a domain's DKIM keys: what comes next, decided without a database or a clock.

Selectors r1, r2 (RSA-2048) and e1, e2 (Ed25519) make two slots. The keys of one slot sign, those of
the other stand ready in DNS. Keys that were made earlier, under selectors with a date, are slot 0:
they sign until they are rotated away, and nothing follows them. RFC 6376 §3.1 leaves selectors free.
"""

from mailcore.domains.key_life.key import SLOTS as SLOTS
from mailcore.domains.key_life.key import Key as Key
from mailcore.domains.key_life.key import Periods as Periods
from mailcore.domains.key_life.life import Turn as Turn
from mailcore.domains.key_life.life import Why as Why
from mailcore.domains.key_life.life import advance as advance
from mailcore.domains.key_life.life import revoke as revoke
