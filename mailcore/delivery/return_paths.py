"""Return paths of automatic mail: at the From domain where its bounces come here, else neutral."""

from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings

from mailcore.directory import selectors as directory
from mailcore.directory.states import RouteKind
from mailcore.protocol import verp


def make(recipient_id: UUID, *, domain: str) -> str:
    """The envelope sender that names this recipient, below `domain`."""
    key = _key(str(settings.IDENTITY_KEY_FILE))
    return verp.return_path(key=key, recipient_id=recipient_id, from_domain=domain)


def domain_for(from_domain: str) -> str:
    """The From domain when mail to its bounce name is routed here, else the infrastructure's."""
    route = directory.find_route(verp.bounce_domain(from_domain))
    is_ours = route is not None and route.is_verified and route.kind == RouteKind.FEEDBACK
    return from_domain if is_ours else str(settings.INFRA_DOMAIN)


@lru_cache(maxsize=4)
def _key(path: str) -> bytes:
    return verp.key_from(Path(path).read_bytes())
