"""The brand's colours and logo as files."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from tenants.resellers.models import Brand
from tenants.resellers.selectors import palette_of

#: An SVG opened by its own address is a page: it may run nothing and load nothing.
_LOGO_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_FRESH = "private, max-age=300"


@require_safe
def brand_css(request: HttpRequest) -> HttpResponse:
    """The custom properties that the style sheet builds on."""
    colours = palette_of(_brand(request))
    rules = (
        f":root{{--brand:{colours.brand};--brand-ink:{colours.ink};"
        f"--brand-strong:{colours.strong};--brand-soft:{colours.soft}}}\n"
    )
    return HttpResponse(rules, content_type="text/css", headers={"Cache-Control": _FRESH})


@require_safe
def brand_logo(request: HttpRequest) -> HttpResponse:
    """The logo, fenced in; 404 when there is none."""
    brand = _brand(request)
    if not brand.logo:
        raise Http404
    headers = {
        "Cache-Control": _FRESH,
        "Content-Security-Policy": _LOGO_POLICY,
        "Content-Disposition": "inline",
    }
    return HttpResponse(bytes(brand.logo), content_type=brand.logo_type, headers=headers)


@require_safe
def brand_icon(request: HttpRequest) -> HttpResponse:
    """The browser tab's picture: the logo, or the first letter on the brand's colour."""
    brand = _brand(request)
    if brand.logo:
        return brand_logo(request)
    colours = palette_of(brand)
    picture = format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        '<rect width="32" height="32" rx="8" fill="{}"/><text x="16" y="22.5" fill="{}"'
        ' font-family="sans-serif" font-size="18" font-weight="700" text-anchor="middle">{}</text>'
        "</svg>",
        colours.brand,
        colours.ink,
        brand.product_name[:1].upper(),
    )
    headers = {"Cache-Control": _FRESH, "Content-Security-Policy": _LOGO_POLICY}
    return HttpResponse(picture, content_type="image/svg+xml", headers=headers)


def _brand(request: HttpRequest) -> Brand:
    # ResellerMiddleware set the tenant; only the operator may have no brand, before `seed`.
    return getattr(request.tenant, "brand", None) or Brand()  # type: ignore[attr-defined]
