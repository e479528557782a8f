"""The platform's own mail domain: it sends confirmations and takes its bounces back."""

import logging

from django.conf import settings
from django.db import transaction

from kernel import ids
from kernel.tenancy import PUBLIC, in_schema
from mailcore.directory import selectors as directory_selectors
from mailcore.directory import services as directory
from mailcore.directory.states import KeyState, RouteKind
from mailcore.domains.platform_zones import platform_editor
from mailcore.domains.services.dkim_keys import shelf
from mailcore.domains.states import DmarcPolicy
from mailcore.protocol import dns_records
from mailcore.protocol.dns_records import PublicKey, Record
from mailcore.zones.ports import ZoneEditor
from mailcore.zones.services import write

log = logging.getLogger(__name__)


def ensure_platform_domain(*, editor: ZoneEditor | None = None) -> bool:
    """Make the platform's routes, keys and DNS records; whether its DNS shows them now.

    Safe to run again: keys stay, records are completed. Raises ZoneBusy and ZoneRefused.
    """
    domain = settings.PLATFORM_HOST
    feedback = f"bounce.{domain}"
    with in_schema(PUBLIC):
        with transaction.atomic():
            _ensure_route(domain, RouteKind.HOSTED)
            _ensure_route(feedback, RouteKind.FEEDBACK)
            # Mailings of resellers come back here: a name that shows nobody's brand.
            _ensure_route(f"bounce.{settings.INFRA_DOMAIN}", RouteKind.FEEDBACK)
            _ensure_route(settings.REPORTS_DOMAIN, RouteKind.FEEDBACK)
            keys = _ensure_keys(domain)
        editor = editor or platform_editor()
        if editor is None:
            log.warning("no key for the DNS of %s: its mail goes out unsigned", domain)
            return False
        write(editor, _records(domain, feedback, keys), ours=[])
        for held in directory_selectors.list_signing_keys(domain):
            directory.set_key_state(held.public_id, state=KeyState.ACTIVE)
    return True


def _ensure_route(domain: str, kind: str) -> None:
    if directory_selectors.find_route(domain) is None:
        directory.claim_domain(
            public_id=ids.uuid7(), domain=domain, organisation_id=None, kind=kind
        )
    directory.set_routed(domain, is_verified=True)


def _ensure_keys(domain: str) -> list[PublicKey]:
    if not directory_selectors.list_signing_keys(domain):
        directory.add_signing_keys(domain, shelf.make_pairs(("r1", "e1")))
    return [
        PublicKey(selector=key.selector, algorithm=key.algorithm, public=key.public_key)
        for key in directory_selectors.list_signing_keys(domain)
    ]


def _records(domain: str, feedback: str, keys: list[PublicKey]) -> list[Record]:
    include = settings.SPF_INCLUDE
    return [
        dns_records.mx(domain, host=settings.MX_HOST),
        dns_records.sender_policy(domain, include=include),
        *(dns_records.dkim(domain, key) for key in keys),
        dns_records.dmarc(domain, policy=DmarcPolicy.NONE),
        dns_records.mx(feedback, host=settings.MX_HOST),
        dns_records.sender_policy(feedback, include=include),
    ]
