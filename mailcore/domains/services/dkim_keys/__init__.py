"""The life cycle of a domain's DKIM keys."""

from mailcore.domains.services.dkim_keys.orders import request_rotation as request_rotation
from mailcore.domains.services.dkim_keys.orders import revoke_key as revoke_key
from mailcore.domains.services.dkim_keys.shelf import store_key as store_key
from mailcore.domains.services.dkim_keys.turning import turn_keys as turn_keys
