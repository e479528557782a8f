"""What the rendered configuration of mail and DNS promises to the outside."""

import re
from pathlib import Path
from typing import Literal

import dns.rdatatype
import dns.reversename
import dns.zone
import pytest

from stack import certificates, endpoints, env_file
from stack.mail_parts import knot, postfix
from stack.model import INFRA_DOMAIN, Stack
from stack.templates import render_template

CHECKOUT = Path(__file__).parents[3]


def a_stack(mode: Literal["stack", "test"] = "stack") -> Stack:
    return Stack(number=5, mode=mode, checkout=CHECKOUT, var=Path("/nonexistent/var"))


def rendered(template: str, stack: Stack, **values: object) -> str:
    return render_template(stack.deploy, template, {"stack": stack, **values})


def postfix_file(name: str, mode: Literal["stack", "test"] = "stack") -> str:
    return rendered(
        f"postfix/{name}.j2",
        a_stack(mode),
        conf="/c",
        state="/s",
        infra_domain=INFRA_DOMAIN,
        sasl_socket="/r/sasl",
        quota_socket="/r/quota",
        message_size_limit=postfix.MESSAGE_SIZE_LIMIT,
        quick=mode == "test",
        mail_names="/n/sni",
    )


def zone(template: str, origin: str, **values: object) -> dns.zone.Zone:
    text = rendered(f"knot/zones/{template}", a_stack(), **values)
    return dns.zone.from_text(text, origin=origin, relativize=False)


@pytest.mark.parametrize(("mode", "allowed"), [("stack", False), ("test", True)])
def test_only_a_test_stack_lets_a_client_claim_another_address(
    mode: Literal["stack", "test"], allowed: bool
) -> None:
    assert ("smtpd_authorized_xclient_hosts" in postfix_file("main.cf", mode)) is allowed


def test_the_mx_takes_mail_for_hosted_domains_only() -> None:
    settings = postfix_file("main.cf")
    assert re.search(r"^mynetworks =$", settings, re.MULTILINE)
    assert re.search(r"^relay_domains =$", settings, re.MULTILINE)
    assert re.search(
        r"^smtpd_relay_restrictions = reject_unauth_destination$", settings, re.MULTILINE
    )


@pytest.mark.parametrize(
    ("command", "becomes"),
    [
        ("RCPT TO:<postmaster>", "RCPT TO:<postmaster@mx.infra.test>"),
        ("rcpt to: <Postmaster> NOTIFY=NEVER", "rcpt to: <Postmaster@mx.infra.test> NOTIFY=NEVER"),
        ("RCPT TO:<@a.test:postmaster>", "RCPT TO:<@a.test:postmaster@mx.infra.test>"),
        ("RCPT TO:<postmaster@client.test>", None),
    ],
)
def test_mail_to_a_bare_postmaster_is_not_kept_for_nobody(
    command: str, becomes: str | None
) -> None:
    line = postfix_file("main.cf").split("smtpd_command_filter =")[1].split("\n")[1]
    rule = re.fullmatch(r" +regexp:\{ \{/(.+)\$\$/ \$\$\{1\}(.+)\$\$\{3\}\},", line)
    assert rule
    # Letter case is nothing to a table of this kind (an `i` behind it would make it count).
    found = re.fullmatch(rule[1].replace("[[:space:]]", r"\s"), command, re.IGNORECASE)
    assert (found and f"{found[1]}{rule[2]}{found[3]}") == becomes


def test_a_long_line_is_stored_as_it_came() -> None:
    store = postfix_file("master.cf").split("\nstore ")[1].split("\nfeedback ")[0]
    assert "-o lmtp_line_length_limit=0" in store


def test_a_return_path_beside_a_mailbox_does_not_switch_the_spam_filter_off() -> None:
    settings = rendered("rspamd/local.d/settings.conf.j2", a_stack())
    assert not re.search(r"want_spam|whitelist", settings)
    assert re.search(r"actions \{\s+reject = null;\s+\}", settings)


def test_nobody_submits_mail_without_login_or_tls() -> None:
    services = postfix_file("master.cf").split("\n127.77.5.11:")[1:]
    assert len(services) == 2
    for service in services:
        options = service.split("\ncleanup ")[0]
        assert "smtpd_relay_restrictions=permit_sasl_authenticated,reject" in options
        assert (
            "smtpd_tls_wrappermode=yes" in options or "smtpd_tls_security_level=encrypt" in options
        )


def test_a_refused_hand_over_is_kept_and_never_bounced_in_our_name() -> None:
    for name in ("store", "feedback", "accept"):
        assert re.search(
            rf"^{name} +unix .* lmtp\n  -o soft_bounce=yes$",
            postfix_file("master.cf"),
            re.MULTILINE,
        )


def test_submission_asks_postgres_nothing_about_addresses() -> None:
    lines = postfix_file("master.cf")
    assert lines.count("\n  -o rewrite_service_name=subrewrite") == 2
    own = lines.split("\nsubrewrite ")[1].split("\nbounce ")[0]
    assert "-o virtual_mailbox_domains=\n" in own
    assert own.endswith("-o transport_maps=")


@pytest.mark.parametrize(("label", "role"), [("imap", "imap"), ("smtp", "submission")])
def test_every_resellers_mail_host_leads_to_a_certificate_for_it(label: str, role: str) -> None:
    served = zone("infra.test.zone.j2", "infra.test.", certificate_key_sha256="00" * 32)
    above = f"*.{label}.{INFRA_DOMAIN}"
    found = served.get_rdataset(f"{above}.", dns.rdatatype.A)
    assert found is not None
    assert [record.address for record in found] == [a_stack().address(role)]
    assert above in certificates.SERVER_NAMES
    suffixes = endpoints.endpoints(a_stack())["host_suffixes"]
    assert suffixes[f"{label}.{INFRA_DOMAIN}"] == a_stack().address(role)


def test_every_address_that_speaks_smtp_has_a_name_that_leads_back_to_it() -> None:
    stack = a_stack()
    reverse = zone("reverse.zone.j2", "127.in-addr.arpa.", pointers=knot.POINTERS)
    forward = [
        zone("infra.test.zone.j2", "infra.test.", certificate_key_sha256="00" * 32),
        zone("outside.test.zone.j2", "outside.test."),
    ]
    for role in ("mx", "submission", "egress1", "egress2", "outside_mx", "outside_client"):
        address = stack.address(role)
        pointer = reverse.get_rdataset(dns.reversename.from_address(address), "PTR")
        assert pointer is not None
        found = [
            answer
            for data in forward
            if (answer := data.get_rdataset(pointer[0].target, dns.rdatatype.A)) is not None
        ]
        assert [record.address for answer in found for record in answer] == [address]


def test_customers_spf_include_covers_every_sending_address() -> None:
    stack = a_stack()
    data = zone("infra.test.zone.j2", "infra.test.", certificate_key_sha256="00" * 32)
    policy = data.get_rdataset("spf.infra.test.", "TXT")
    assert policy is not None
    words = policy[0].strings[0].decode().split()
    sources = {f"ip4:{stack.address(role)}" for role in ("egress1", "egress2")}
    assert words[0] == "v=spf1"
    assert words[-1] == "-all"
    assert set(words[1:-1]) == sources


def test_the_dns_servers_know_the_keys_by_the_names_that_clients_are_told() -> None:
    assert endpoints.DNS_OWNER_KEY == knot.OWNER_KEY == knot.HOSTING.updater_key
    assert endpoints.DNS_REGISTRY_KEY == knot.REGISTRY_KEY == knot.REGISTRY.updater_key
    assert env_file.DNS_PLATFORM_KEY == knot.PLATFORM_KEY


def test_the_dns_control_sockets_are_where_clients_are_told() -> None:
    stack = a_stack()
    for kind in (knot.REGISTRY, knot.HOSTING):
        for primary in (True, False):
            name = kind.name if primary else f"{kind.name}_secondary"
            told = stack.run / "knot" / f"{endpoints.DNS_SERVERS[name]}.sock"
            assert knot.control_socket(stack, kind, primary=primary) == told
