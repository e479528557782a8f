"""The reseller's brand."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from controlplane.portal import guard
from controlplane.portal.forms import BrandForm, MailHostsForm
from controlplane.portal.submit import submit
from tenants.resellers import selectors, services
from tenants.resellers.models import Brand


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("brand.write")
def brand(request: HttpRequest) -> HttpResponse:
    """Show and change name, colour and logo."""
    current = selectors.get_brand(guard.reseller_id(request))
    form = BrandForm(request.POST or None, request.FILES or None, initial=_initial(current))
    if request.method == "POST" and form.is_valid():
        saved = submit(form, lambda: _save(request, form))
        if saved is not None:
            messages.success(request, _("Your brand is saved."))
            return redirect("brand")
    return _page(request, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("brand.write")
def mail_hosts(request: HttpRequest) -> HttpResponse:
    """Ask for other names that clients' mail programs are told."""
    current = selectors.get_brand(guard.reseller_id(request))
    form = MailHostsForm(request.POST or None, initial=_asked(current))
    if request.method == "POST" and form.is_valid():
        # The days of a name that stays as it was go on; who changes nothing asks for both again.
        names = form.changed_data or list(form.fields)
        asked = {name: form.cleaned_data[name] for name in names}
        saved = submit(
            form, lambda: services.ask_for_mail_hosts(actor=guard.actor(request), **asked)
        )
        if saved is not None:
            messages.success(request, _("Your mail host names are saved."))
            return redirect("brand")
    return _page(request, mail_hosts_form=form if form.is_bound else None)


def _page(
    request: HttpRequest,
    *,
    form: BrandForm | None = None,
    mail_hosts_form: MailHostsForm | None = None,
) -> HttpResponse:
    current = selectors.get_brand(guard.reseller_id(request))
    form = form or BrandForm(initial=_initial(current))
    context = {
        "form": form,
        "mail_hosts_form": mail_hosts_form or MailHostsForm(initial=_asked(current)),
        "mail_hosts": selectors.list_mail_host_states(current),
        "current": current,
        "palette": selectors.palette_of(current),
    }
    status = guard.status_of(mail_hosts_form or form)
    return render(request, "portal/brand.html", context, status=status)


def _asked(current: Brand) -> dict[str, str]:
    return {"imap_host": current.imap_host, "smtp_host": current.smtp_host}


def _initial(current: Brand) -> dict[str, str]:
    return {
        "product_name": current.product_name,
        "colour": current.colour,
        "support_address": current.support_address,
    }


def _save(request: HttpRequest, form: BrandForm) -> Brand:
    data = form.cleaned_data
    upload = data["logo"]
    return services.change_brand(
        actor=guard.actor(request),
        product_name=data["product_name"],
        colour=data["colour"],
        support_address=data["support_address"],
        # One byte more than allowed is enough to be refused; a huge file is never read whole.
        logo=upload.read(services.MAX_LOGO_BYTES + 1) if upload else None,
        remove_logo=data["remove_logo"],
    )
