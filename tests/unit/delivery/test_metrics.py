"""What a process tells Prometheus."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

import pytest

from mailcore.delivery import outcomes
from mailcore.delivery.jobs import Claimed
from mailcore.delivery.ports import Errand, Source, Wait
from mailcore.delivery.reporting.metrics import Metrics
from mailcore.delivery.reporting.watched import WatchedShaper, WatchedSources
from mailcore.delivery.smtp.envelope import Answer

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIELDS = dict.fromkeys(Claimed.__dataclass_fields__, None)
CLAIMED = Claimed(
    **{
        **FIELDS,
        "site": "outside.test",
        "stream": "bulk",
        "attempts": 1,
        "maybe_delivered": 0,
        "accepted_at": NOW - timedelta(seconds=2),
        "expires_at": NOW + timedelta(days=1),
    }
)
GMAIL = "gmail-smtp-in.l.google.com"
ERRAND = Errand(
    reseller_id=uuid4(),
    stream="bulk",
    pool="default",
    site="s",
    provider="gmail",
    recipients=1,
    is_retry=False,
)


def _result(answer, **changes):
    tried = outcomes.record(replace(CLAIMED, **changes), answer, started_at=NOW, ended_at=NOW)
    return outcomes.settle(tried, scale=1, random=Random(1))


@pytest.fixture
def metrics():
    return Metrics()


def _lines(metrics):
    return metrics.render().decode().splitlines()


def test_results_are_counted_by_stream_provider_outcome_and_kind(metrics):
    done = Answer(verdict="delivered", phase="done", code=250, mx=GMAIL)
    gone = Answer(verdict="bounced", phase="rcpt", code=550, enhanced="5.1.1", mx=GMAIL)
    lost = Answer(verdict="deferred", phase="dot", maybe_delivered=True)
    metrics.results([_result(done), _result(done, attempts=2), _result(gone), _result(lost)])
    lines = _lines(metrics)
    counted = 'livery_tries_total{kind="%s",outcome="%s",provider="%s",stream="bulk"} %s'
    assert counted % ("", "delivered", "gmail", "2.0") in lines
    assert counted % ("hard", "bounced", "gmail", "1.0") in lines
    assert counted % ("soft", "deferred", "other", "1.0") in lines
    assert 'livery_maybe_delivered_total{stream="bulk"} 1.0' in lines
    assert 'livery_delivered_seconds_count{stream="bulk"} 2.0' in lines
    assert 'livery_first_try_seconds_count{stream="bulk"} 3.0' in lines, "a retry is no first try"
    assert 'livery_first_try_seconds_sum{stream="bulk"} 6.0' in lines


def test_a_site_has_the_name_of_its_provider_once_it_answered(metrics):
    assert metrics.provider_of("outside.test") == "other"
    metrics.results([_result(Answer(verdict="delivered", phase="done", code=250, mx=GMAIL))])
    assert metrics.provider_of("outside.test") == "gmail"


def test_what_holds_now_is_counted_when_somebody_reads(metrics):
    holding = [("gmail", "suspend"), ("gmail", "suspend"), ("other", "rate")]
    metrics.throttles(lambda: holding)
    assert 'livery_throttles{kind="suspend",provider="gmail"} 2.0' in _lines(metrics)
    holding.clear()
    assert not [line for line in _lines(metrics) if line.startswith("livery_throttles{")]


class _Decider:
    wait = None

    def choose(self, errand, *, now):
        return self.wait or Source(address="192.0.2.1", ehlo="out1.infra.test")

    async def admit(self, errand, *, source):
        return self.wait

    may_connect = admit


def test_waits_are_counted_and_passed_on(metrics):
    decider = _Decider()
    sources = WatchedSources(decider, metrics=metrics)
    shaper = WatchedShaper(decider, metrics=metrics)
    source = sources.choose(ERRAND, now=NOW)
    assert asyncio.run(shaper.admit(ERRAND, source=source)) is None
    decider.wait = Wait(seconds=3, reason="too fast")
    assert sources.choose(ERRAND, now=NOW) is decider.wait
    assert asyncio.run(shaper.admit(ERRAND, source=source)) is decider.wait
    assert asyncio.run(shaper.may_connect(ERRAND, source=source)) is decider.wait
    lines = _lines(metrics)
    for asked in ("source", "connection", "limit"):
        labels = f'asked="{asked}",provider="gmail",stream="bulk"'
        assert f"livery_waits_total{{{labels}}} 1.0" in lines
