"""Endpoints: made, changed, given a new secret, removed."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from kernel import clock, ids, keys
from kernel.actor import Actor, authorise
from kernel.crypto import Secret
from kernel.errors import InvalidInput, NotAllowed
from kernel.outbox import audit
from kernel.tenancy import current_reseller_id
from tenants.webhooks import selectors, signing
from tenants.webhooks.catalogue import CATALOGUE, DEFAULT
from tenants.webhooks.errors import TooManyEndpoints, UnknownEventType
from tenants.webhooks.models import WebhookDelivery, WebhookEndpoint
from tenants.webhooks.states import DisabledFor
from tenants.webhooks.targets import read_target

MOST = 20
#: For how long an old secret still signs beside the new one.
OVERLAP = timedelta(hours=24)


@transaction.atomic
def add_endpoint(
    *, actor: Actor, url: str, event_types: Iterable[str] = DEFAULT, description: str = ""
) -> tuple[WebhookEndpoint, Secret]:
    """An endpoint and its secret, which is shown only here.

    Raises NotAllowed, InvalidTarget, UnknownEventType, InvalidInput, TooManyEndpoints.
    """
    allow(actor)
    if selectors.list_endpoints().count() >= MOST:
        raise TooManyEndpoints(most=MOST)
    endpoint = WebhookEndpoint(
        public_id=ids.uuid7(),
        reseller_id=current_reseller_id(),
        url=_url(url),
        event_types=_types(event_types),
        description=_line(description),
    )
    secret = signing.new_secret()
    endpoint.secret = _sealed(endpoint, secret)
    endpoint.save(force_insert=True)
    audit("webhook.created", subject=endpoint.reference, actor=actor, data={"url": endpoint.url})
    return endpoint, signing.shown(secret)


@transaction.atomic
def change_endpoint(
    *,
    actor: Actor,
    endpoint_id: UUID,
    url: str | None = None,
    event_types: Iterable[str] | None = None,
    description: str | None = None,
    is_enabled: bool | None = None,
) -> WebhookEndpoint:
    """Change what is given; switching on begins anew, whatever failed before.

    Raises NotAllowed, NotFound, InvalidTarget, UnknownEventType, InvalidInput.
    """
    allow(actor)
    endpoint = _locked(endpoint_id)
    if url is not None:
        endpoint.url = _url(url)
    if event_types is not None:
        endpoint.event_types = _types(event_types)
    if description is not None:
        endpoint.description = _line(description)
    if is_enabled is not None and is_enabled != endpoint.is_enabled:
        endpoint.is_enabled = is_enabled
        endpoint.disabled_for = "" if is_enabled else DisabledFor.OWNER
    if url is not None or is_enabled:
        endpoint.failures, endpoint.first_failed_at, endpoint.last_status = 0, None, None
        endpoint.next_try_at = clock.now()
    endpoint.save()
    data: dict[str, object] = {"url": endpoint.url, "is_enabled": endpoint.is_enabled}
    audit("webhook.changed", subject=endpoint.reference, actor=actor, data=data)
    return endpoint


@transaction.atomic
def rotate_secret(*, actor: Actor, endpoint_id: UUID) -> tuple[WebhookEndpoint, Secret]:
    """A new secret; the one before signs beside it for a day. Raises NotAllowed, NotFound."""
    allow(actor)
    endpoint = _locked(endpoint_id)
    secret = signing.new_secret()
    endpoint.previous_secret = endpoint.secret
    endpoint.previous_until = clock.now() + OVERLAP
    endpoint.secret = _sealed(endpoint, secret)
    endpoint.save(update_fields=["secret", "previous_secret", "previous_until"])
    audit("webhook.secret_rotated", subject=endpoint.reference, actor=actor)
    return endpoint, signing.shown(secret)


@transaction.atomic
def remove_endpoint(*, actor: Actor, endpoint_id: UUID) -> None:
    """End it, with what waits and its log; raises NotAllowed, NotFound."""
    allow(actor)
    endpoint = _locked(endpoint_id)
    WebhookDelivery.objects.filter(endpoint_id=endpoint.public_id).delete()
    audit("webhook.removed", subject=endpoint.reference, actor=actor, data={"url": endpoint.url})
    endpoint.delete()


def allow(actor: Actor) -> None:
    """Raise NotAllowed unless the actor may change webhooks."""
    authorise(actor, "webhooks.write")
    if actor.organisation is not None:
        raise NotAllowed("Webhooks tell of every organisation of the reseller.")


def _locked(endpoint_id: UUID) -> WebhookEndpoint:
    found = selectors.get_endpoint(endpoint_id)
    return WebhookEndpoint.objects.select_for_update().get(pk=found.pk)


def _sealed(endpoint: WebhookEndpoint, secret: bytes) -> bytes:
    context = signing.context(endpoint.public_id)
    return keys.seal_for(endpoint.reseller_id, plain=secret, context=context)


def _url(url: str) -> str:
    return read_target(url, allow_private=settings.ALLOW_PRIVATE_TARGETS).url


def _types(event_types: Iterable[str]) -> list[str]:
    wanted = sorted(set(event_types))
    unknown = [name for name in wanted if name not in CATALOGUE]
    if not wanted:
        raise UnknownEventType("Name at least one type of event.", field="events")
    if unknown:
        sentence = f"No event is called {', '.join(unknown)[:200]}."
        raise UnknownEventType(sentence, field="events", unknown=unknown)
    return wanted


def _line(text: str) -> str:
    line = " ".join(text.split())
    if len(line) > 100:
        raise InvalidInput("A description has at most 100 characters.", field="description")
    return line
