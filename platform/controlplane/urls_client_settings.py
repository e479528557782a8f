"""URLs of a reseller's client-settings host."""

from django.urls import URLPattern, URLResolver, path, re_path

from controlplane import client_settings

urlpatterns: list[URLPattern | URLResolver] = [
    path("mail/config-v1.1.xml", client_settings.autoconfig, name="autoconfig"),
    path(".well-known/autoconfig/mail/config-v1.1.xml", client_settings.autoconfig),
    # Programs write these names in any case.
    re_path(
        r"^(?i:autodiscover/autodiscover\.xml)$",
        client_settings.autodiscover_settings,
        name="autodiscover",
    ),
    re_path(
        r"^(?i:autodiscover/autodiscover\.json)(/v1\.0/(?P<address>[^/]+))?$",
        client_settings.autodiscover_place,
        name="autodiscover-place",
    ),
    path("mail.mobileconfig", client_settings.apple, name="apple-profile"),
]

handler400 = "controlplane.errors.bad_request"
handler403 = "controlplane.errors.not_allowed"
handler404 = "controlplane.errors.not_found"
handler500 = "controlplane.errors.server_error"
