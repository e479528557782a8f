"""URLs of the platform host."""

from django.urls import URLPattern, URLResolver, include, path

from controlplane.console import keys as console_keys
from controlplane.console import views as console
from controlplane.portal import converters as converters  # registers <sup:…>, <res:…>
from controlplane.portal import login, look, problem_pages
from controlplane.portal import reference as reference_page
from controlplane.signup import views as signup

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", reference_page.operator_reference, name="api-reference"),
    path("api/v1/openapi.json", reference_page.operator_openapi, name="openapi"),
    path("api/v1/problems/<str:code>", problem_pages.operator_problem, name="problem"),
    path("api/v1/", include("controlplane.operator_api.urls")),
    path("", signup.home, name="home"),
    path("brand.css", look.brand_css, name="brand-css"),
    path("brand/logo", look.brand_logo, name="brand-logo"),
    path("brand/icon", look.brand_icon, name="brand-icon"),
    path("signup/", signup.sign_up, name="signup"),
    path("signup/sent/", signup.sent, name="signup-sent"),
    path("signup/confirm/<str:token>/", signup.confirm, name="signup-confirm"),
    path("signup/status/<sup:sign_up_id>/", signup.status, name="signup-status"),
    path("login/", login.operator_log_in, name="login"),
    path("logout/", login.log_out, name="logout"),
    path("operator/", console.resellers, name="operator"),
    path("operator/keys/", console_keys.keys, name="operator-keys"),
    path("operator/keys/<opk:key_id>/rotate/", console_keys.rotate, name="operator-key-rotate"),
    path("operator/keys/<opk:key_id>/revoke/", console_keys.revoke, name="operator-key-revoke"),
    path("operator/alarms/", console.alarms, name="operator-alarms"),
    path(
        "operator/resellers/<res:reseller_id>/close-period/",
        console.close_period,
        name="operator-close-period",
    ),
]

handler400 = "controlplane.errors.bad_request"
handler403 = "controlplane.errors.not_allowed"
handler404 = "controlplane.errors.not_found"
handler500 = "controlplane.errors.server_error"
