"""URLs of `mta-sts.<a client's domain>`."""

from django.urls import URLPattern, URLResolver, path

from controlplane import client_hosts

urlpatterns: list[URLPattern | URLResolver] = [
    path(".well-known/mta-sts.txt", client_hosts.mta_sts_policy, name="mta-sts-policy"),
]

handler400 = "controlplane.errors.bad_request"
handler403 = "controlplane.errors.not_allowed"
handler404 = "controlplane.errors.not_found"
handler500 = "controlplane.errors.server_error"
