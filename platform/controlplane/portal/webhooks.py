"""Webhooks: made, tried, given a new secret, and their log."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from controlplane.portal import guard
from controlplane.portal.forms import WebhookForm
from controlplane.portal.paging import page_of
from controlplane.portal.submit import submit
from controlplane.portal.wording import sentence
from kernel.actor import may
from kernel.crypto import Secret
from kernel.errors import ApplicationError, NotFound
from tenants.webhooks import selectors, services
from tenants.webhooks.catalogue import CATALOGUE

READ, WRITE = "webhooks.read", "webhooks.write"


@require_safe
@guard.page(READ)
def webhooks(request: HttpRequest) -> HttpResponse:
    """The list."""
    context = {"webhooks": selectors.list_endpoints(), "may_write": _may_write(request)}
    return render(request, "portal/webhooks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(WRITE)
def add_webhook(request: HttpRequest) -> HttpResponse:
    """The form; a POST makes a webhook and answers with its secret, this one time."""
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = submit(
            form,
            lambda: services.add_endpoint(
                actor=guard.actor(request),
                url=data["url"],
                event_types=data["events"],
                description=data["description"],
            ),
        )
        if made is not None:
            return _show(request, made[0].public_id, secret=made[1])
    events = [(box, CATALOGUE[str(box.data["value"])]) for box in form["events"]]
    context = {"form": form, "events": events}
    return render(request, "portal/webhook_add.html", context, status=guard.status_of(form))


@require_safe
@guard.page(READ)
def webhook(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """One with its log, newest first."""
    return _show(request, webhook_id)


@require_POST
@guard.page(WRITE)
def test(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Send an event to try the receiver with."""
    try:
        services.send_test(actor=guard.actor(request), endpoint_id=webhook_id)
    except NotFound:
        raise
    except ApplicationError as error:
        messages.error(request, sentence(error))
    else:
        messages.success(
            request, _("A test event is on its way. Load this page again in a moment.")
        )
    return redirect("webhook", webhook_id=webhook_id)


@require_POST
@guard.page(WRITE)
def rotate(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """A new secret, shown this one time."""
    _endpoint, secret = services.rotate_secret(actor=guard.actor(request), endpoint_id=webhook_id)
    return _show(request, webhook_id, secret=secret)


@require_POST
@guard.page(WRITE)
def switch(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """On when it is off, else off."""
    endpoint = services.change_endpoint(
        actor=guard.actor(request),
        endpoint_id=webhook_id,
        is_enabled=request.POST.get("to") == "on",
    )
    told = _("The webhook is on.") if endpoint.is_enabled else _("The webhook is off.")
    messages.success(request, told)
    return redirect("webhook", webhook_id=webhook_id)


@require_POST
@guard.page(WRITE)
def remove(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """End it, with its log."""
    services.remove_endpoint(actor=guard.actor(request), endpoint_id=webhook_id)
    messages.success(request, _("The webhook is removed."))
    return redirect("webhooks")


@require_POST
@guard.page(WRITE)
def replay(request: HttpRequest, webhook_id: UUID, delivery_id: UUID) -> HttpResponse:
    """Send an event of the log once more."""
    if selectors.get_delivery(delivery_id).endpoint_id != webhook_id:
        raise NotFound
    try:
        services.replay_delivery(actor=guard.actor(request), delivery_id=delivery_id)
    except ApplicationError as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, _("The event is sent again."))
    return redirect("webhook", webhook_id=webhook_id)


def _show(request: HttpRequest, webhook_id: UUID, *, secret: Secret | None = None) -> HttpResponse:
    endpoint = selectors.get_endpoint(webhook_id)
    deliveries = selectors.list_deliveries(endpoint_id=webhook_id).order_by("-public_id")
    context = {
        "webhook": endpoint,
        "secret": secret,
        "page": page_of(request, deliveries),
        "may_write": _may_write(request),
    }
    return render(request, "portal/webhook.html", context)


def _may_write(request: HttpRequest) -> bool:
    return may(guard.actor(request), WRITE)
