"""URLs of the platform host."""

from django.urls import URLPattern, URLResolver, path

from controlplane.console import views as console
from controlplane.portal import converters as converters  # registers <sup:…>, <res:…>
from controlplane.portal import login, look
from controlplane.signup import views as signup

urlpatterns: list[URLPattern | URLResolver] = [
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
