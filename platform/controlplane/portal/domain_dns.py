"""Have a domain's records written: where its DNS is, and the keys that open it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from controlplane.portal import dns_forms, guard
from controlplane.portal.plan_rows import changes
from controlplane.portal.submit import submit
from controlplane.portal.wording import sentence
from kernel.actor import may
from kernel.rest.rates import TooManyRequests
from mailcore.domains import plan_words, selectors, services
from mailcore.domains.dns_homes import find_home, how_to_get
from mailcore.domains.models import DnsCredential, Domain
from mailcore.domains.states import CredentialKind
from mailcore.zones import selectors as zones
from mailcore.zones.adapters.providers import PROVIDERS
from mailcore.zones.ports import WRITABLE

_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A credential as it is shown; `told` is how its last test ended."""

    credential: DnsCredential
    title: str
    told: str
    is_used: bool


@require_safe
@guard.page("domains.read")
def domain_dns(request: HttpRequest, domain_id: UUID) -> HttpResponse:
    """Where the DNS is, how it can be written, and what was planned before."""
    found = selectors.get_seen(domain_id, actor=guard.actor(request))
    way = request.GET.get("way", "") or find_home(found).provider
    return _show(request, found, way=way, form=dns_forms.form_of(way))


@require_POST
@sensitive_post_parameters()
@guard.page("domains.write")
def add_credential(request: HttpRequest, domain_id: UUID) -> HttpResponse:
    """Keep a key for the zones of the domain's organisation, and try it out."""
    actor = guard.actor(request)
    found = selectors.get_seen(domain_id, actor=actor)
    way = request.POST.get("way", "")
    form = dns_forms.form_of(way, request.POST)
    if form.is_valid():
        made = submit(
            form,
            lambda: services.add_credential(
                actor=actor,
                organisation_id=found.organisation_id,
                kind=CredentialKind.LEXICON if way in PROVIDERS else CredentialKind.RFC2136,
                provider=way if way in PROVIDERS else "",
                settings={name: str(value) for name, value in form.cleaned_data.items()},
            ),
        )
        if made is not None:
            return _tried(request, found, made.public_id)
    return _show(request, found, way=way, form=form)


@require_POST
@guard.page("domains.write")
def test_credential(request: HttpRequest, domain_id: UUID, credential_id: UUID) -> HttpResponse:
    """Ask the server whether it would let us write the zone."""
    found = selectors.get_seen(domain_id, actor=guard.actor(request))
    return _tried(request, found, credential_id)


@require_POST
@guard.page("domains.write")
def remove_credential(request: HttpRequest, domain_id: UUID, credential_id: UUID) -> HttpResponse:
    """Forget a key."""
    actor = guard.actor(request)
    found = selectors.get_seen(domain_id, actor=actor)
    # One of this domain's organisation: the page shows no others.
    selectors.get_credential(credential_id, organisation_id=found.organisation_id)
    services.remove_credential(actor=actor, credential_id=credential_id)
    messages.success(request, _("It is forgotten. What was written with it stays."))
    return redirect("domain-dns", domain_id=domain_id)


def _tried(request: HttpRequest, domain: Domain, credential_id: UUID) -> HttpResponse:
    try:
        tried = services.check_credential(
            actor=guard.actor(request), credential_id=credential_id, domain_id=domain.public_id
        )
    except TooManyRequests as error:
        messages.error(request, sentence(error))
    else:
        tell = messages.success if tried.tested_code == "ok" else messages.warning
        tell(request, plan_words.tested_sentence(tried.kind, tried.tested_code))
    return redirect("domain-dns", domain_id=domain.public_id)


def _show(request: HttpRequest, found: Domain, *, way: str, form: forms.Form) -> HttpResponse:
    home = find_home(found)
    plans = zones.list_plans(found.public_id).order_by("-public_id")[:_MOST_SHOWN]
    way = way if way in PROVIDERS else dns_forms.RFC2136
    context = {
        "domain": found,
        "home": home,
        "ways": _ways(found, used=home.credential),
        "kinds": dns_forms.ways(),
        "way": way,
        "how": how_to_get(way if way in PROVIDERS else ""),
        "page": PROVIDERS[way].page if way in PROVIDERS else "",
        "by_hand": sorted(WRITABLE - PROVIDERS[way].types) if way in PROVIDERS else [],
        "form": form,
        "plans": [
            (plan, len(changes(plan)), plan_words.plan_sentence(plan.state, plan.code))
            for plan in plans
        ],
        "may_write": may(guard.actor(request), "domains.write"),
    }
    return render(request, "portal/domain_dns.html", context, status=guard.status_of(form))


def _ways(domain: Domain, *, used: DnsCredential | None) -> Sequence[Way]:
    """The credentials of the domain's organisation, the one in use first, then the newest."""
    held = selectors.list_credentials(organisation_id=domain.organisation_id)
    rows = list(held.order_by("-public_id")[:_MOST_SHOWN])
    if used is not None:
        rows = [used, *(row for row in rows if row.pk != used.pk)]
    return [
        Way(
            credential=row,
            title=title_of(row),
            told=plan_words.tested_sentence(row.kind, row.tested_code),
            is_used=used is not None and row.pk == used.pk,
        )
        for row in rows
    ]


def title_of(credential: DnsCredential) -> str:
    """A credential in a few words, without its secret."""
    if credential.kind == CredentialKind.LEXICON:
        return PROVIDERS[credential.provider].title
    said = credential.settings
    return _("%(server)s, key %(key)s") % {"server": said["server"], "key": said["key_name"]}
