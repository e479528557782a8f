"""Event types of a reseller's beginning, in the order in which they happen.

`reseller.requested` belongs to the operator (the reseller has no schema yet) and names the
reseller in its data; the later ones belong to the reseller itself.
"""

REQUESTED = "reseller.requested"
SCHEMA_READY = "reseller.schema_ready"
OWNER_READY = "reseller.owner_ready"
ACTIVATED = "reseller.activated"
BRAND_CHANGED = "brand.changed"
MAIL_HOSTS_CHANGED = "brand.mail_hosts_changed"
