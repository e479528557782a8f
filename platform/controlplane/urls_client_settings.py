"""URLs of a reseller's client-settings host."""

from django.urls import URLPattern, URLResolver, path

from controlplane import client_settings

urlpatterns: list[URLPattern | URLResolver] = [
    path("mail/config-v1.1.xml", client_settings.autoconfig, name="autoconfig"),
    path(".well-known/autoconfig/mail/config-v1.1.xml", client_settings.autoconfig),
]

handler400 = "controlplane.errors.bad_request"
handler403 = "controlplane.errors.not_allowed"
handler404 = "controlplane.errors.not_found"
handler500 = "controlplane.errors.server_error"
