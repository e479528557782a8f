"""When a domain may ask for more, and when it must ask for less."""

from dataclasses import replace

import pytest

from mailcore.protocol.reports import dmarc_path, sts_path
from mailcore.protocol.reports.aggregate import Row
from mailcore.protocol.reports.dmarc_path import Evidence, Tally
from mailcore.protocol.reports.reporters import is_recognised
from mailcore.protocol.reports.senders import Source, source_of
from mailcore.protocol.reports.sts_path import TlsEvidence

GOOD = Tally(name="ours", group="ours", messages=1000, aligned=1000, days=20)


def evidence(*tallies, policy="none", **changes):
    basis = Evidence(
        policy=policy, span=28, days=20, reporters=3, days_at_policy=60, tallies=tallies or (GOOD,)
    )
    return replace(basis, **changes)


def judged(*tallies, **changes):
    found = dmarc_path.judge(evidence(*tallies, **changes))
    return found.verdict, found.code


def test_the_sentence_that_the_owner_reads():
    """Two sources and 41 messages a week would fail."""
    found = dmarc_path.judge(
        evidence(
            replace(GOOD, messages=1000, aligned=900),
            Tally(name="mailchimp", group="known", messages=64, aligned=0, days=9),
            Tally(name="192.0.2.66", group="unknown", messages=8, aligned=0, days=1),
            policy="quarantine",
        )
    )
    assert (found.verdict, found.code, found.next_policy) == ("not_yet", "dmarc.failing", "reject")
    assert found.failing_sources == ("ours", "mailchimp")
    assert (found.failing, found.forged) == (41, 2)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ("ready", "dmarc.ready")),
        ({"policy": "quarantine"}, ("ready", "dmarc.ready")),
        ({"policy": "reject"}, ("done", "dmarc.done")),
        ({"days": 6}, ("no_data", "dmarc.too_little")),
        ({"span": 13}, ("no_data", "dmarc.too_little")),
        ({"days_at_policy": 6}, ("not_yet", "dmarc.settling")),
    ],
)
def test_time_and_steps(change, expected):
    assert judged(**change) == expected


def test_shares_and_strangers():
    assert judged(replace(GOOD, aligned=985)) == ("ready", "dmarc.ready")
    assert judged(replace(GOOD, aligned=985), policy="quarantine")[1] == "dmarc.failing"
    # What a receiver let pass because it knows the forwarder does not count against anybody.
    assert judged(replace(GOOD, aligned=900, forwarded=100)) == ("ready", "dmarc.ready")
    assert judged(replace(GOOD, messages=49, aligned=49))[1] == "dmarc.too_little"
    stranger = Tally(name="192.0.2.1", group="unknown", messages=400, aligned=0, days=9)
    assert judged(stranger)[1] == "dmarc.no_data"
    assert judged(GOOD, stranger) == ("not_yet", "dmarc.undecided")
    assert judged(GOOD, replace(stranger, is_foreign=True)) == ("ready", "dmarc.ready")
    assert judged(GOOD, replace(stranger, days=2)) == ("ready", "dmarc.ready")


BROKEN = replace(GOOD, messages=200, aligned=150)


def test_a_policy_steps_back_when_wanted_mail_fails():
    assert dmarc_path.step_back(evidence(BROKEN, policy="reject")) == "quarantine"
    assert dmarc_path.step_back(evidence(BROKEN, policy="quarantine")) == "none"
    fallen = Tally(
        name="mailchimp", group="known", messages=200, aligned=0, aligned_before=600, days=5
    )
    assert dmarc_path.step_back(evidence(fallen, policy="reject")) == "quarantine"


@pytest.mark.parametrize(
    ("tally", "change"),
    [
        (GOOD, {}),
        (BROKEN, {"policy": "none"}),
        (BROKEN, {"reporters": 1}),
        (BROKEN, {"days": 1}),
        (replace(BROKEN, messages=99, aligned=50), {}),
        (replace(BROKEN, messages=2000, aligned=1950), {}),
        (replace(BROKEN, group="unknown", name="192.0.2.1"), {}),
        # Somebody else forges by the service that the owner uses: the owner's own mail goes on.
        (Tally(name="sendgrid", group="known", messages=900, aligned=90, aligned_before=270), {}),
        (Tally(name="sendgrid", group="known", messages=900, aligned=0), {}),
    ],
)
def test_forgers_and_few_messages_bring_no_step_back_about(tally, change):
    assert dmarc_path.step_back(evidence(tally, **({"policy": "reject"} | change))) is None


def test_mta_sts():
    tried = TlsEvidence(mode="testing", span=20, days=15, sessions=1000, failed=5)
    assert sts_path.judge(tried).verdict == "ready"
    assert sts_path.judge(replace(tried, failed=6)).code == "mta_sts.failing"
    assert sts_path.judge(replace(tried, days=6)).code == "mta_sts.too_little"
    assert sts_path.judge(replace(tried, sessions=0, failed=0)).code == "mta_sts.no_data"
    assert sts_path.judge(replace(tried, mode="none")).next_mode == "testing"
    assert sts_path.judge(replace(tried, mode="enforce")).verdict == "done"
    assert sts_path.steps_back(replace(tried, mode="enforce", failed=50))
    assert not sts_path.steps_back(replace(tried, mode="enforce", failed=49))
    assert not sts_path.steps_back(replace(tried, failed=500))
    assert not sts_path.steps_back(replace(tried, mode="enforce", sessions=99, failed=99))


ROW = Row(
    source_ip="192.0.2.1", count=1, disposition="none", dkim=False, spf=False,
    header_from="client.test",
)  # fmt: skip


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (replace(ROW, source_ip="192.0.2.9"), Source(name="ours", group="ours")),
        (replace(ROW, signers=("u1.wl.sendgrid.net",)), Source(name="sendgrid", group="known")),
        (replace(ROW, spf_domain="amazonses.com"), Source(name="amazon-ses", group="known")),
        (replace(ROW, signers=("shop.test",)), Source(name="shop.test", group="unknown")),
        (replace(ROW, signers=("client.test",)), Source(name="192.0.2.1", group="unknown")),
        (replace(ROW, signers=("a.client.test", "z.test")), Source(name="z.test", group="unknown")),
        (ROW, Source(name="192.0.2.1", group="unknown")),
        (replace(ROW, source_ip="2001:db8::1"), Source(name="2001:db8::/64", group="unknown")),
        (replace(ROW, signers=("notsendgrid.net",)), Source(name="notsendgrid.net", group="unknown")),
    ],
)  # fmt: skip
def test_who_sent_it(row, expected):
    assert source_of(row, domain="client.test", ours={"192.0.2.9"}) == expected


def test_whose_word_weighs():
    assert is_recognised("google.com")
    assert is_recognised("mail.microsoft.com")
    assert not is_recognised("notgoogle.com")
    assert not is_recognised("com")
