"""Policies go on by people's word and back by large receivers'; pages and API tell the evidence."""

from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.test import Client

from kernel import clock
from kernel.actor import SYSTEM
from kernel.models import AuditEntry, OutboxEvent
from kernel.outbox import Envelope
from kernel.tenancy import in_schema
from mailcore.domains import services as domains
from mailcore.domains.errors import DomainNotVerified
from mailcore.domains.models import Domain
from mailcore.feedback.errors import InvalidSource, TooManySources
from mailcore.feedback.models import SourceMark
from mailcore.feedback.reports import guide, marking
from tests.integration.feedback.test_reports import read
from tests.unit.protocol.reports import samples

pytestmark = pytest.mark.django_db(transaction=True)

OURS = "198.51.100.7"
TODAY = samples.datetime_of(samples.BEGIN).replace(hour=9) + timedelta(days=1)


@pytest.fixture(autouse=True)
def _our_address(transactional_db):
    with psycopg.connect(settings.DSN("delivery"), autocommit=True) as db:
        db.execute(
            "INSERT INTO public.egress_source (address, ehlo, node) VALUES (%s, 'o.infra.test', 'm')"
            " ON CONFLICT DO NOTHING",
            [OURS],
        )


@pytest.fixture
def days(post):
    """Reports of so many days up to yesterday, each day's of each of these reporters."""

    def send(count, *records, reporters=("dmarc@google.com", "dmarc@microsoft.com"), until=TODAY):
        for ago in range(count, 0, -1):
            begin = int((until - timedelta(days=ago)).replace(hour=0).timestamp())
            for reporter in reporters:
                report = samples.aggregate(
                    *records, org=reporter, report_id=str(begin), begin=begin, end=begin + 86_399
                )
                with clock.at(until):
                    post(samples.gzipped(report), sender=reporter)
        with clock.at(until):
            read()

    return send


def good(count=20):
    return samples.record(OURS, count)


def bad(ip=OURS, count=10, auth="<spf/>"):
    return samples.record(ip, count, dkim="fail", spf="fail", auth=auth)


SENDGRID = "<dkim><domain>sendgrid.net</domain><result>pass</result></dkim>"


def stand(hosted, policy, *, days_ago=60):
    """The policy, chosen so long ago."""
    Domain.objects.update(
        dmarc_policy=policy,
        dmarc_changed_at=TODAY - timedelta(days=days_ago),
        created_at=TODAY - timedelta(days=100),
    )
    hosted.refresh_from_db()


def changes():
    return [
        (event.data["from"], event.data["to"], event.data["reason"], event.data["is_automatic"])
        for event in OutboxEvent.objects.filter(type="dmarc.policy_changed").order_by("id")
    ]


def test_the_way_to_reject(acme, hosted, days):
    stand(hosted, "none")
    with clock.at(TODAY):
        assert guide.of_dmarc(hosted).judgement.code == "dmarc.no_data"
    days(16, good(), bad("192.0.2.50", 3, SENDGRID), bad("203.0.113.5", 6))
    with clock.at(TODAY):
        first = guide.of_dmarc(hosted)
        assert (first.judgement.verdict, first.judgement.code) == ("not_yet", "dmarc.failing")
        assert first.judgement.failing_sources == ("203.0.113.5", "sendgrid")
        assert first.seen.intake.reporters == 2
        assert [day.failing for day in first.seen.days] == [6] * 16
        for name in ("sendgrid", "203.0.113.5"):
            marking.mark_source(
                actor=acme.owner, domain_id=hosted.public_id, source=name, is_known=False
            )
        ready = guide.of_dmarc(hosted).judgement
        assert (ready.verdict, ready.next_policy, ready.failing) == ("ready", "quarantine", 0)
        domains.set_dmarc_policy(actor=acme.owner, domain_id=hosted.public_id, policy="quarantine")
        hosted.refresh_from_db()
        assert guide.of_dmarc(hosted).judgement.code == "dmarc.settling"
    assert changes() == [("none", "quarantine", "", False)]
    assert AuditEntry.objects.filter(action="dmarc.policy_changed").exists()


def test_a_policy_steps_back_once_by_itself_and_the_owner_is_told(hosted, days):
    stand(hosted, "reject")
    days(2, good(), bad())
    hosted.refresh_from_db()
    assert hosted.dmarc_policy == "quarantine"
    assert changes() == [("reject", "quarantine", "alignment_fell", True)]
    # What was reported under the old policy does not count against the new one.
    days(3, good(), bad(), until=TODAY + timedelta(days=1))
    hosted.refresh_from_db()
    assert hosted.dmarc_policy == "quarantine"


def test_an_owners_own_record_is_not_loosened(hosted, days):
    stand(hosted, "reject")
    Domain.objects.update(dmarc_changed_at=None)
    days(2, good(), bad())
    hosted.refresh_from_db()
    assert (hosted.dmarc_policy, hosted.dmarc_changed_at) == ("reject", None)
    domains.set_dmarc_policy(actor=SYSTEM, domain_id=hosted.public_id, policy="none")
    hosted.refresh_from_db()
    assert (hosted.dmarc_policy, hosted.dmarc_changed_at) == ("reject", None)
    assert changes() == []


@pytest.mark.parametrize(
    ("records", "reporters"),
    [
        ([good(), bad()], ("dmarc@google.com",)),
        ([good(), bad()], ("a@one.test", "b@two.test", "c@three.test")),
        ([good(), bad("203.0.113.5", 1000), bad("192.0.2.50", 1000, SENDGRID)],
         ("dmarc@google.com", "dmarc@microsoft.com")),
    ],
    ids=["one reporter", "strangers", "forgers"],
)  # fmt: skip
def test_what_moves_no_policy(hosted, days, records, reporters):
    stand(hosted, "reject")
    days(3, *records, reporters=reporters)
    hosted.refresh_from_db()
    assert hosted.dmarc_policy == "reject"
    assert changes() == []


def tls_report(day, *, failed):
    begin = day.replace(hour=0).isoformat()
    policy = dict(samples.TLS["policies"][0])
    policy["summary"] = {
        "total-successful-session-count": 100 - failed, "total-failure-session-count": failed,
    }  # fmt: skip
    end = day.replace(hour=23).isoformat()
    span = {"start-datetime": begin, "end-datetime": end}
    return samples.tls(**{"date-range": span, "report-id": begin, "policies": [policy]})


def test_mta_sts_goes_on_by_evidence_and_back_by_itself(acme, hosted, post):
    def mode():
        hosted.refresh_from_db()
        return hosted.mta_sts_mode

    # A domain begins with testing.
    Domain.objects.update(created_at=TODAY - timedelta(days=20))
    with clock.at(TODAY):
        for ago in range(1, 16):
            report = samples.gzipped(tls_report(TODAY - timedelta(days=ago), failed=0))
            post(report, kind="tls", sender="tls@google.com")
        read()
        assert mode() == "testing"
        step = guide.of_tls(hosted).judgement
        assert (step.verdict, step.next_mode) == ("ready", "enforce")
        domains.set_mta_sts_mode(actor=acme.owner, domain_id=hosted.public_id, mode="enforce")
    with clock.at(TODAY + timedelta(days=2)):
        assert mode() == "enforce"
        report = samples.gzipped(tls_report(TODAY + timedelta(days=1), failed=60))
        post(report, kind="tls", sender="tls@stranger.test")
        read()
        assert mode() == "enforce"
        post(report, kind="tls", sender="tls@google.com")
        read()
        assert mode() == "testing"
        assert hosted.mta_sts_changed_at == TODAY + timedelta(days=2)
    (event,) = OutboxEvent.objects.filter(type="mta_sts.mode_changed", data__is_automatic=True)
    assert event.data["reason"] == "sessions_failed"


def test_marks_are_bounded_and_only_of_senders(acme, hosted, monkeypatch):
    def mark(name, is_known=True):
        marking.mark_source(
            actor=acme.owner, domain_id=hosted.public_id, source=name, is_known=is_known
        )

    for wrong in ("", "ours", "A B", "<x>", "x" * 254):
        with pytest.raises(InvalidSource):
            mark(wrong)
    monkeypatch.setattr(marking, "MOST_MARKS", 2)
    mark("mailchimp")
    mark("2001:db8::/64")
    mark("mailchimp", False)
    with pytest.raises(TooManySources):
        mark("third.test")
    mark("mailchimp", None)
    assert list(SourceMark.objects.values_list("source", flat=True)) == ["2001:db8::/64"]


def test_only_a_verified_domain_has_a_policy_to_choose(acme, hosted):
    Domain.objects.update(state="pending")
    with pytest.raises(DomainNotVerified):
        domains.set_dmarc_policy(actor=acme.owner, domain_id=hosted.public_id, policy="reject")


def test_the_page_says_it_and_takes_the_step(acme, hosted, days):
    stand(hosted, "quarantine")
    records = [good(), bad(count=4), bad("192.0.2.50", 3, SENDGRID), bad("203.0.113.5", 6)]
    days(16, *records, reporters=("a@small.test", "b@tiny.test"))
    client = Client(headers={"host": acme.host})
    client.post("/login/", {"email": acme.owner_email, "password": acme.password})
    here = f"/domains/{hosted.reference}"
    with clock.at(TODAY):
        page = client.get(f"{here}/reports/").content.decode()
        # Two reporters, each day 13 messages of three senders, over 16 days.
        assert "If you publish p=reject today, 3 sources and 182 messages a week fail." in page
        assert "SendGrid" in page
        assert page.count('class="bar-good"') == 16
        assert (
            client.post(f"{here}/sources/", {"name": "sendgrid", "known": "no"}).status_code == 302
        )
        assert client.post(f"{here}/dmarc-policy/", {"policy": "reject"}).status_code == 302
        assert client.post(f"{here}/dmarc-policy/", {"policy": "x"}).status_code == 302
        assert client.post(f"{here}/mta-sts-mode/", {"mode": "testing"}).status_code == 302
        page = client.get(f"{here}/reports/").content.decode()
    with in_schema(acme.reseller.schema_name):
        hosted.refresh_from_db()
        assert (hosted.dmarc_policy, hosted.mta_sts_mode) == ("reject", "testing")
    assert "None of yours" in page
    assert "DNS shows no DMARC record." in page


def test_the_owner_gets_a_mail_of_what_nobody_asked_for(acme, hosted, monkeypatch):
    from controlplane import domain_events

    told = []
    monkeypatch.setattr(domain_events.resellers, "notify_owner", lambda **given: told.append(given))
    data = {"name": "client.test", "from": "reject", "to": "quarantine", "is_written": False}
    for is_automatic in (False, True):
        domain_events.tell_of_step(
            Envelope(
                id=hosted.public_id, type="dmarc.policy_changed", reseller_id=acme.reseller.public_id,
                subject=hosted.reference, occurred_at=TODAY,
                data={**data, "is_automatic": is_automatic}, trace_id="",
            )
        )  # fmt: skip
    (mail,) = told
    assert (mail["template"], mail["context"]["after"]) == ("policy_step_back", "quarantine")
