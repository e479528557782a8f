"""TLS as a domain's policy has it: what is proven, what is refused, and what goes on without."""

import datetime
import hashlib
import ssl
from dataclasses import replace

import pytest

from kernel import clock
from mailcore.delivery.smtp.envelope import ConnectionFailed
from mailcore.delivery.smtp.tls import TlsPolicy
from mailcore.protocol.dane import Tlsa
from tests.integration.delivery.scripted import CONTENT, ENVELOPE, Script, run, serving
from tests.unit.protocol.authority import START, Authority

HOST = "mx0.test"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: START + datetime.timedelta(days=100))


def send(context, policy, *, envelope=ENVELOPE, extensions=("STARTTLS", "PIPELINING"), times=1):
    """The answer, how TLS went, the script."""
    script = Script(*extensions, dot="250 2.0.0 ok")
    script.context = context
    results = []

    async def prepare():
        return envelope, CONTENT

    async def scene():
        async with serving(script) as (pool, (endpoint,)):
            for _ in range(times):
                answers = await pool.deliver(
                    site="x",
                    endpoints=[replace(endpoint, policy=policy)],
                    prepare=prepare,
                    before_dot=lambda _: None,
                    connections=1,
                    messages=10,
                    opened=lambda _, result: results.append(result),
                )
            return answers["bob@x.test"]

    try:
        answer = run(scene)
    except ConnectionFailed as failure:
        answer = failure.answer
    return answer, results, script


def told(answer):
    return answer.verdict, answer.phase, answer.enhanced


def verify(authority, folder, **more):
    return TlsPolicy(level="verify", authorities=authority.file(folder), **more)


def test_a_host_with_a_certificate_of_a_known_authority_is_proven(authority, folder):
    policy = verify(authority, folder)
    answer, results, _ = send(authority.server(folder, HOST), policy, times=2)
    assert told(answer) == ("delivered", "done", "2.0.0")
    assert answer.tls.endswith(" verified")
    assert results == [""], "one session, one count"


@pytest.mark.parametrize("trouble", ["name", "authority", "date", "none"])
def test_nothing_goes_to_a_host_that_proves_nothing(authority, folder, trouble):
    past = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
    context = {
        "name": lambda: authority.server(folder, "other.test"),
        "authority": lambda: Authority("stranger").server(folder, HOST),
        "date": lambda: authority.server(folder, HOST, until=past),
        "none": lambda: None,
    }[trouble]()
    extensions = ("PIPELINING",) if trouble == "none" else ("STARTTLS", "PIPELINING")
    answer, results, script = send(context, verify(authority, folder), extensions=extensions)
    assert told(answer) == ("deferred", "starttls", "4.7.4" if trouble == "none" else "4.7.5")
    assert results == [
        {
            "name": "certificate-host-mismatch",
            "authority": "certificate-not-trusted",
            "date": "certificate-expired",
            "none": "starttls-not-supported",
        }[trouble]
    ]
    assert not any(line.startswith("MAIL") for line in script.heard)


def test_a_policy_on_trial_reports_and_sends(authority, folder):
    stranger = Authority("stranger").server(folder, HOST)
    answer, results, _ = send(stranger, verify(authority, folder, is_trial=True))
    assert (answer.verdict, results) == ("delivered", ["certificate-not-trusted"])
    assert answer.tls, "still encrypted"
    assert "verified" not in answer.tls


def dane(certificate, *, usage=3):
    record = Tlsa(usage=usage, selector=0, matching=1, data=hashlib.sha256(certificate).digest())
    return TlsPolicy(level="dane", tlsa=(record,), names=(HOST,))


@pytest.mark.parametrize("usage", [2, 3])
def test_a_certificate_that_tlsa_names_is_proof_whoever_signed_it(folder, usage):
    stranger = Authority("stranger")
    context = stranger.server(folder, HOST)
    answer, results, _ = send(context, dane(stranger.shown[3 - usage], usage=usage))
    assert (answer.verdict, results) == ("delivered", [""])
    assert answer.tls.endswith(" verified")


def test_another_certificate_than_tlsa_names_gets_nothing(authority, folder):
    context = authority.server(folder, HOST)
    answer, results, script = send(context, dane(b"another"))
    assert told(answer) == ("deferred", "starttls", "4.7.5")
    assert results == ["validation-failure"]
    assert not any(line.startswith("MAIL") for line in script.heard)


def test_requiretls_goes_over_a_proven_line_to_a_server_that_passes_it_on(authority, folder):
    envelope = replace(ENVELOPE, requires_tls=True)
    policy = verify(authority, folder)
    context = authority.server(folder, HOST)
    offers = ("STARTTLS", "PIPELINING", "REQUIRETLS")
    answer, _, script = send(context, policy, envelope=envelope, extensions=offers)
    assert answer.verdict == "delivered"
    assert "MAIL FROM:<shop@client.test> REQUIRETLS" in script.heard
    answer, _, _ = send(context, policy, envelope=envelope)
    assert told(answer) == ("bounced", "ehlo", "5.7.30")


def test_a_policy_without_proof_still_needs_tls(authority, folder):
    answer, _, _ = send(authority.server(folder, HOST), TlsPolicy(level="must"))
    assert answer.verdict == "delivered"
    answer, _, _ = send(None, TlsPolicy(level="must"), extensions=("PIPELINING",))
    assert told(answer) == ("deferred", "starttls", "4.7.4")


def test_what_was_skipped_is_said(authority, folder):
    policy = TlsPolicy(remark="DANE skipped")
    answer, _, _ = send(authority.server(folder, HOST), policy)
    assert answer.tls.endswith("; DANE skipped")


def test_a_rule_of_ours_needs_tls_and_no_more(folder):
    ruled = TlsPolicy().ruled("gmail")
    answer, results, _ = send(Authority("stranger").server(folder, HOST), ruled)
    assert (answer.verdict, results) == ("delivered", [""])
    answer, results, script = send(None, ruled, extensions=("PIPELINING",))
    assert told(answer) == ("deferred", "starttls", "4.7.4")
    assert "by our shaping rules (gmail)" in answer.text
    assert results == ["starttls-not-supported"]
    assert not any(line.startswith("MAIL") for line in script.heard)


def test_where_a_rule_of_ours_needs_tls_a_broken_handshake_is_no_reason_to_go_without(folder):
    answer, _, script = send(broken_server(), TlsPolicy().ruled("gmail"))
    assert told(answer) == ("deferred", "starttls", "4.7.5")
    assert "by our shaping rules (gmail), but could not be had" in answer.text
    assert not any(line.startswith("MAIL") for line in script.heard)
    answer, _, _ = send(broken_server(), TlsPolicy())
    assert (answer.verdict, answer.tls) == ("delivered", "")


def test_a_policy_on_trial_does_not_soften_a_rule_of_ours(authority, folder):
    policy = verify(authority, folder, is_trial=True).ruled("gmail")
    assert [step.level for step in policy.steps()] == ["verify", "must"]


def broken_server():
    """TLS without a certificate: no handshake succeeds."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
