"""URLs of a reseller's portal host."""

from django.urls import URLPattern, URLResolver, include, path

from controlplane.portal import aliases as alias_pages
from controlplane.portal import (
    api_keys,
    dashboard,
    domain_dns,
    domain_records,
    domains,
    invoices,
    joining,
    login,
    look,
    mail_log,
    mailbox_changes,
    mailbox_passwords,
    mailboxes,
    problem_pages,
)
from controlplane.portal import app_passwords as app_password_pages
from controlplane.portal import brand as brand_page
from controlplane.portal import converters as converters  # registers <dom:…>, <mbx:…> and others
from controlplane.portal import dkim_keys as dkim_key_pages
from controlplane.portal import dns_plans as dns_plan_pages
from controlplane.portal import domain_reports as report_pages
from controlplane.portal import hand_overs as hand_overs
from controlplane.portal import members as member_pages
from controlplane.portal import organisations as organisation_pages
from controlplane.portal import reference as reference_page
from controlplane.portal import streams as stream_pages
from controlplane.portal import suppressions as suppression_pages
from controlplane.portal import unsubscribe as unsubscribe_page
from controlplane.portal import webhooks as webhook_pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", reference_page.reference, name="api-reference"),
    path("api/v1/openapi.json", reference_page.openapi, name="openapi"),
    path("api/v1/problems/<str:code>", problem_pages.problem, name="problem"),
    path("api/v1/", include("controlplane.api.urls")),
    path("", dashboard.dashboard, name="dashboard"),
    path("login/", login.log_in, name="login"),
    path("logout/", login.log_out, name="logout"),
    path("brand.css", look.brand_css, name="brand-css"),
    path("brand/logo", look.brand_logo, name="brand-logo"),
    path("brand/icon", look.brand_icon, name="brand-icon"),
    path("brand/", brand_page.brand, name="brand"),
    path("brand/mail-hosts/", brand_page.mail_hosts, name="brand-mail-hosts"),
    path("organisations/", organisation_pages.organisations, name="organisations"),
    path(
        "organisations/<org:organisation_id>/",
        organisation_pages.organisation,
        name="organisation",
    ),
    path("domains/", domains.domains, name="domains"),
    path("domains/add/", domains.add_domain, name="domain-add"),
    path("domains/<dom:domain_id>/", domains.domain, name="domain"),
    path("domains/<dom:domain_id>/check/", domains.check, name="domain-check"),
    path(
        "domains/<dom:domain_id>/dkim-keys/rotate/",
        dkim_key_pages.rotate,
        name="domain-dkim-rotate",
    ),
    path(
        "domains/<dom:domain_id>/dkim-keys/<dkm:dkim_key_id>/revoke/",
        dkim_key_pages.revoke,
        name="domain-dkim-revoke",
    ),
    path("domains/<dom:domain_id>/suspend/", domains.suspend, name="domain-suspend"),
    path("domains/<dom:domain_id>/resume/", domains.resume, name="domain-resume"),
    path("domains/<dom:domain_id>/release/", domains.release, name="domain-release"),
    path("domains/<dom:domain_id>/zone-file/", domain_records.zone_file, name="domain-zone-file"),
    path(
        "domains/<dom:domain_id>/publishing/",
        domain_records.choose_publishing,
        name="domain-publishing",
    ),
    path("domains/<dom:domain_id>/hand-over/", hand_overs.offer, name="domain-hand-over"),
    path("hand-overs/", hand_overs.hand_overs, name="hand-overs"),
    path("hand-overs/<hov:hand_over_id>/accept/", hand_overs.accept, name="hand-over-accept"),
    path("hand-overs/<hov:hand_over_id>/decline/", hand_overs.decline, name="hand-over-decline"),
    path("hand-overs/<hov:hand_over_id>/withdraw/", hand_overs.withdraw, name="hand-over-withdraw"),
    path("domains/<dom:domain_id>/dns/", domain_dns.domain_dns, name="domain-dns"),
    path(
        "domains/<dom:domain_id>/dns/credentials/",
        domain_dns.add_credential,
        name="dns-credential-add",
    ),
    path(
        "domains/<dom:domain_id>/dns/credentials/<dnc:credential_id>/test/",
        domain_dns.test_credential,
        name="dns-credential-test",
    ),
    path(
        "domains/<dom:domain_id>/dns/credentials/<dnc:credential_id>/remove/",
        domain_dns.remove_credential,
        name="dns-credential-remove",
    ),
    path(
        "domains/<dom:domain_id>/dns/credentials/<dnc:credential_id>/plan/",
        dns_plan_pages.add_plan,
        name="dns-plan-add",
    ),
    path(
        "domains/<dom:domain_id>/dns/plans/<dpl:plan_id>/",
        dns_plan_pages.dns_plan,
        name="domain-dns-plan",
    ),
    path(
        "domains/<dom:domain_id>/dns/plans/<dpl:plan_id>/apply/",
        dns_plan_pages.apply_plan,
        name="dns-plan-apply",
    ),
    path(
        "domains/<dom:domain_id>/dns/plans/<dpl:plan_id>/undo/",
        dns_plan_pages.undo_plan,
        name="dns-plan-undo",
    ),
    path("domains/<dom:domain_id>/reports/", report_pages.reports, name="domain-reports"),
    path(
        "domains/<dom:domain_id>/dmarc-policy/",
        report_pages.set_policy,
        name="domain-dmarc-policy",
    ),
    path("domains/<dom:domain_id>/sources/", report_pages.mark_source, name="domain-source-mark"),
    path(
        "domains/<dom:domain_id>/mta-sts-mode/", report_pages.set_mode, name="domain-mta-sts-mode"
    ),
    path("mailboxes/", mailboxes.mailboxes, name="mailboxes"),
    path("mailboxes/add/", mailboxes.add_mailbox, name="mailbox-add"),
    path("mailboxes/deleted/", mailbox_changes.deleted, name="mailboxes-deleted"),
    path("mailbox-password/", mailbox_passwords.choose, name="mailbox-password"),
    path("mailbox-password/<str:token>/", mailbox_passwords.link, name="mailbox-password-link"),
    path("mailbox-ready/", mailbox_passwords.ready, name="mailbox-ready"),
    path("mailboxes/<mbx:mailbox_id>/change/", mailbox_changes.change, name="mailbox-change"),
    path("mailboxes/<mbx:mailbox_id>/delete/", mailbox_changes.delete, name="mailbox-delete"),
    path("mailboxes/<mbx:mailbox_id>/restore/", mailbox_changes.restore, name="mailbox-restore"),
    path("mailboxes/<mbx:mailbox_id>/invite/", mailbox_changes.invite_again, name="mailbox-invite"),
    path("mailboxes/<mbx:mailbox_id>/", mailboxes.mailbox, name="mailbox"),
    path("mailboxes/<mbx:mailbox_id>/suspend/", mailboxes.suspend, name="mailbox-suspend"),
    path("mailboxes/<mbx:mailbox_id>/resume/", mailboxes.resume, name="mailbox-resume"),
    path(
        "mailboxes/<mbx:mailbox_id>/app-passwords/",
        app_password_pages.app_passwords,
        name="app-passwords",
    ),
    path(
        "mailboxes/<mbx:mailbox_id>/app-passwords/<asp:app_password_id>/delete/",
        app_password_pages.delete,
        name="app-password-delete",
    ),
    path("aliases/", alias_pages.aliases, name="aliases"),
    path("aliases/<als:alias_id>/", alias_pages.alias, name="alias"),
    path("aliases/<als:alias_id>/delete/", alias_pages.delete, name="alias-delete"),
    path("messages/", mail_log.mail_log, name="mail-log"),
    path("messages/<msg:message_id>/", mail_log.message, name="message"),
    path("streams/", stream_pages.streams, name="streams"),
    path("suppressions/", suppression_pages.suppressions, name="suppressions"),
    path(
        "suppressions/<sup:suppression_id>/remove/",
        suppression_pages.remove,
        name="suppression-remove",
    ),
    path("members/", member_pages.members, name="members"),
    path("members/<mem:member_id>/", member_pages.member, name="member"),
    path("members/<mem:member_id>/invite/", member_pages.invite_again, name="member-invite"),
    path("members/<mem:member_id>/remove/", member_pages.remove, name="member-remove"),
    path("join/", joining.join, name="join"),
    path("join/<str:token>/", joining.link, name="join-link"),
    path("api-keys/", api_keys.api_keys, name="api-keys"),
    path("api-keys/<key:key_id>/rotate/", api_keys.rotate, name="api-key-rotate"),
    path("api-keys/<key:key_id>/revoke/", api_keys.revoke, name="api-key-revoke"),
    path("webhooks/", webhook_pages.webhooks, name="webhooks"),
    path("webhooks/add/", webhook_pages.add_webhook, name="webhook-add"),
    path("webhooks/<whk:webhook_id>/", webhook_pages.webhook, name="webhook"),
    path("webhooks/<whk:webhook_id>/test/", webhook_pages.test, name="webhook-test"),
    path("webhooks/<whk:webhook_id>/rotate/", webhook_pages.rotate, name="webhook-rotate"),
    path("webhooks/<whk:webhook_id>/switch/", webhook_pages.switch, name="webhook-switch"),
    path("webhooks/<whk:webhook_id>/remove/", webhook_pages.remove, name="webhook-remove"),
    path(
        "webhooks/<whk:webhook_id>/deliveries/<whd:delivery_id>/replay/",
        webhook_pages.replay,
        name="webhook-replay",
    ),
    path("u/<str:token>", unsubscribe_page.unsubscribe, name="unsubscribe"),
    path("invoices/", invoices.invoices, name="invoices"),
    path("invoices/<inv:invoice_id>/", invoices.invoice, name="invoice"),
    path("invoices/<inv:invoice_id>/lines/<int:n>/", invoices.line, name="invoice-line"),
]

handler400 = "controlplane.errors.bad_request"
handler403 = "controlplane.errors.not_allowed"
handler404 = "controlplane.errors.not_found"
handler500 = "controlplane.errors.server_error"
