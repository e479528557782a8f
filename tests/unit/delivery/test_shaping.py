"""What replies do to the pace: hours of storms and calm, played through with a given clock."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from uuid import UUID

import pytest

from mailcore.delivery.ports import Errand
from mailcore.delivery.shaping.adaptive import Adaptive
from mailcore.delivery.shaping.gcra import LocalBuckets
from mailcore.delivery.shaping.rule_file import compile_rules, read, shipped
from mailcore.delivery.shaping.rules import target_of
from mailcore.delivery.shaping.standing import LADDER
from mailcore.delivery.smtp.envelope import Answer

START = datetime(2026, 11, 22, tzinfo=UTC)
SOURCE, OTHER_SOURCE = "192.0.2.1", "192.0.2.2"
ACME, BOLT = UUID(int=1), UUID(int=2)
OK = Answer(verdict="delivered", phase="done", code=250, text="250 2.0.0 ok")
UNKNOWN_TEXT = Answer(verdict="deferred", phase="mail", code=421, text="421 come back another day")
NO_SUCH_USER = Answer(
    verdict="bounced", phase="rcpt", code=550, enhanced="5.1.1", text="550 5.1.1 user unknown"
)
NOBODY = Answer(verdict="deferred", phase="connect", text="timed out")
TOO_FAST = Answer(
    verdict="deferred",
    phase="mail",
    code=421,
    enhanced="4.7.28",
    text="421 4.7.28 Gmail has detected an unusual rate of unsolicited mail",
)
CROWDED = Answer(
    verdict="deferred", phase="connect", code=421, text="421 too many connections from your host"
)


def errand(provider="gmail", *, reseller=ACME, stream="mailbox", site="", recipients=1):
    return Errand(
        reseller_id=reseller,
        stream=stream,
        pool="default",
        site=site or f"mx.{provider}.test",
        provider=provider,
        recipients=recipients,
        is_retry=False,
    )


def rules(*own):
    return compile_rules([shipped(), *(read(text, name="own.toml") for text in own)])


class World:
    """Senders that ask again and again, limits and a server, second by second."""

    def __init__(self, adaptive=None):
        self.adaptive = adaptive or Adaptive(rules())
        self.buckets = LocalBuckets(born=-1e6)
        self.now = START
        self.tried = Counter()
        self.delivered = Counter()

    def run(self, seconds, senders, reply, *, source=SOURCE, per_second=10):
        """Each sender offers `per_second` errands; `reply` answers those that go."""
        for _ in range(round(seconds * per_second)):
            self.now += timedelta(seconds=1 / per_second)
            for one in senders:
                if self._goes(one, source):
                    answer = reply(one)
                    self.tried[one.provider, one.reseller_id] += 1
                    self.delivered[one.provider, one.reseller_id] += answer is OK
                    self.adaptive.hear(one, source=source, answers=[answer], now=self.now)
        return self

    def take(self):
        """Tries since the last look, by provider."""
        found, self.tried = self.tried, Counter()
        return Counter({p: sum(n for (q, _), n in found.items() if q == p) for p, _ in found})

    def _goes(self, one, source):
        at = {"source": source, "now": self.now}
        if self.adaptive.wait(one, **at):
            return False
        limits = self.adaptive.limits(one, **at)
        refusal = self.buckets.reserve(limits, cost=1, now=(self.now - START).total_seconds())
        if refusal:
            self.adaptive.stayed(one, refusal=refusal, **at)
            return False
        self.adaptive.left(one, **at)
        return True


FIVE = [errand(name) for name in ("gmail", "yahoo", "outlook", "apple", "gmx")]


def storm_at(provider, answer=UNKNOWN_TEXT):
    return lambda one: answer if one.provider == provider else OK


def test_a_storm_of_deferrals_cuts_the_tries_and_hurts_nobody_else():
    world = World().run(60, FIVE, lambda _: OK)
    before = world.take()
    world.run(60, FIVE, storm_at("yahoo"))
    during = world.take()
    assert during["yahoo"] <= 0.1 * before["yahoo"]
    for name in ("gmail", "outlook", "apple", "gmx"):
        assert during[name] >= 0.95 * before[name]


def test_after_a_storm_one_message_asks_and_the_pace_comes_back_step_by_step():
    yahoo = [errand("yahoo")]
    world = World().run(60, yahoo, lambda _: OK)
    full = world.take()["yahoo"]
    # Ten minutes of storm end while the suspension of a quarter of an hour lasts.
    world.run(600, yahoo, storm_at("yahoo"))
    world.take()
    world.run(900 - 600, yahoo, lambda _: OK)
    minutes = []
    for _ in range(40):
        world.run(60, yahoo, lambda _: OK)
        minutes.append(world.take()["yahoo"])
    woken = [tries for tries in minutes if tries]
    assert woken[0] <= full / 10
    assert all(after <= 2.5 * before for before, after in pairwise(woken))
    assert woken[-1] >= 0.9 * full


def test_suspensions_double_while_the_probe_is_refused():
    one, adaptive, now = errand("yahoo"), Adaptive(rules()), START
    for _ in range(20):
        adaptive.hear(one, source=SOURCE, answers=[UNKNOWN_TEXT], now=now)
    waits = []
    for _ in range(6):
        wait = adaptive.wait(one, source=SOURCE, now=now)
        assert wait is not None
        waits.append(round(wait.seconds))
        now += timedelta(seconds=wait.seconds)
        assert adaptive.wait(one, source=SOURCE, now=now) is None, "the probe"
        assert adaptive.wait(one, source=SOURCE, now=now) is not None, "only one"
        adaptive.hear(one, source=SOURCE, answers=[UNKNOWN_TEXT], now=now)
    assert waits == [*map(round, LADDER), round(LADDER[-1])]


def test_a_probe_that_is_never_heard_of_is_followed_by_another():
    one, adaptive = errand("yahoo"), Adaptive(rules())
    for _ in range(20):
        adaptive.hear(one, source=SOURCE, answers=[UNKNOWN_TEXT], now=START)
    later = START + timedelta(minutes=16)
    assert adaptive.wait(one, source=SOURCE, now=later) is None
    assert adaptive.wait(one, source=SOURCE, now=later + timedelta(seconds=60)) is not None
    assert adaptive.wait(one, source=SOURCE, now=later + timedelta(seconds=121)) is None


def test_replies_about_one_person_change_nothing():
    adaptive, one = Adaptive(rules()), errand("yahoo")
    for _ in range(500):
        adaptive.hear(one, source=SOURCE, answers=[NO_SUCH_USER], now=START)
    assert adaptive.wait(one, source=SOURCE, now=START) is None
    assert adaptive.limits(one, source=SOURCE, now=START)[0].rate == 100


def test_connections_grow_with_clean_deliveries_and_fall_when_nobody_answers():
    adaptive, one, now = Adaptive(rules()), errand("other"), START
    seen = [adaptive.connections(one, source=SOURCE, now=now)]
    for _ in range(100):
        adaptive.hear(one, source=SOURCE, answers=[OK], now=now)
        seen.append(adaptive.connections(one, source=SOURCE, now=now))
    assert seen[0] == 3
    assert seen == sorted(seen)
    assert seen[-1] == 10
    adaptive.hear(one, source=SOURCE, answers=[NOBODY], now=now)
    assert adaptive.connections(one, source=SOURCE, now=now) == 5


def test_a_site_where_nobody_answers_is_left_alone_for_a_minute_first():
    adaptive, one = Adaptive(rules()), errand("other")
    for _ in range(5):
        adaptive.hear(one, source=SOURCE, answers=[NOBODY], now=START)
    wait = adaptive.wait(one, source=SOURCE, now=START)
    assert wait is not None
    assert wait.seconds == 60
    elsewhere = errand("other", site="mx.elsewhere.test")
    assert adaptive.wait(elsewhere, source=SOURCE, now=START) is None
    # Nothing of its reputation is lost: the rate is what it was.
    assert adaptive.limits(one, source=SOURCE, now=START)[0].rate == 100


def test_too_many_connections_are_remembered_for_an_hour():
    adaptive, one = Adaptive(rules()), errand("comcast")
    for _ in range(400):
        adaptive.hear(one, source=SOURCE, answers=[OK], now=START)
    assert adaptive.connections(one, source=SOURCE, now=START) == 25
    adaptive.hear(one, source=SOURCE, answers=[CROWDED], now=START)
    for _ in range(400):
        adaptive.hear(one, source=SOURCE, answers=[OK], now=START)
    soon, later = START + timedelta(minutes=59), START + timedelta(minutes=61)
    assert adaptive.connections(one, source=SOURCE, now=soon) == 24
    assert adaptive.connections(one, source=SOURCE, now=later) == 25


def test_a_rule_counts_before_it_holds_and_ends_by_itself():
    adaptive, one = Adaptive(rules()), errand("gmail")

    def rates(now):
        return [limit.rate for limit in adaptive.limits(one, source=SOURCE, now=now)]

    adaptive.hear(one, source=SOURCE, answers=[TOO_FAST], now=START)
    assert 10 / 60 not in rates(START)
    (overlay,) = adaptive.hear(one, source=SOURCE, answers=[TOO_FAST], now=START)
    assert overlay.cause.startswith("unusual-rate: 421 4.7.28")
    assert 10 / 60 in rates(START + timedelta(minutes=29))
    assert 10 / 60 not in rates(START + timedelta(minutes=31))


def test_hits_of_long_ago_do_not_count():
    adaptive, one = Adaptive(rules()), errand("gmail")
    adaptive.hear(one, source=SOURCE, answers=[TOO_FAST], now=START)
    later = START + timedelta(minutes=61)
    changed = adaptive.hear(one, source=SOURCE, answers=[TOO_FAST], now=later)
    assert not [overlay for overlay in changed if overlay.origin == "rule"]


def test_a_rule_for_a_stream_leaves_the_other_streams_alone():
    own = """
    [[reply]]
    name = "content"
    match = "looks like spam"
    suspend = true
    for = "1h"
    scope = "stream"
    """
    adaptive, bulk = Adaptive(rules(own)), errand(stream="bulk")
    answer = Answer(verdict="deferred", phase="dot", code=451, text="451 looks like spam")
    adaptive.hear(bulk, source=SOURCE, answers=[answer], now=START)
    wait = adaptive.wait(bulk, source=SOURCE, now=START)
    assert wait is not None
    assert wait.seconds == 5, "else the other streams of the same pair would rest as long"
    assert adaptive.wait(errand(), source=SOURCE, now=START) is None
    assert adaptive.wait(bulk, source=OTHER_SOURCE, now=START) is None


def test_one_reseller_that_spoils_a_source_is_suspended_first():
    random = Random(4)
    bad, good = errand("yahoo", reseller=ACME, stream="bulk"), errand("yahoo", reseller=BOLT)

    def reply(one):
        if one.reseller_id == ACME:
            return UNKNOWN_TEXT if random.random() < 0.9 else OK
        return OK

    world = World().run(60, [good], lambda _: OK)
    before = world.take()["yahoo"]
    world.run(120, [bad, good], reply)
    tried = world.tried
    assert tried["yahoo", ACME] < 60
    assert tried["yahoo", BOLT] >= 0.95 * 2 * before
    assert world.adaptive.wait(errand("yahoo", reseller=ACME), source=SOURCE, now=world.now) is None
    waits = world.adaptive.wait(bad, source=OTHER_SOURCE, now=world.now)
    assert waits is not None, "with every source"


def test_when_all_suffer_it_is_the_source():
    world = World()
    both = [errand("yahoo", reseller=ACME), errand("yahoo", reseller=BOLT)]
    world.run(60, both, storm_at("yahoo"))
    assert all(world.adaptive.wait(one, source=SOURCE, now=world.now) for one in both)
    assert world.adaptive.wait(both[0], source=OTHER_SOURCE, now=world.now) is None


def test_what_was_learnt_outlives_the_process():
    first, one = Adaptive(rules()), errand("yahoo")
    stored = []
    for _ in range(20):
        stored += first.hear(one, source=SOURCE, answers=[UNKNOWN_TEXT], now=START)
    second, now = Adaptive(rules()), START + timedelta(minutes=1)
    second.adopt(stored, now=now)
    assert second.wait(one, source=SOURCE, now=now) is not None
    assert second.limits(one, source=SOURCE, now=now)[0].rate < 100
    # A worker that knows the place already learns of it too.
    third = Adaptive(rules())
    assert third.wait(one, source=SOURCE, now=now) is None
    third.adopt(stored, now=now)
    assert third.wait(one, source=SOURCE, now=now) is not None


def test_a_reply_to_many_recipients_is_one_reply():
    adaptive, one = Adaptive(rules()), errand("yahoo", recipients=100)
    adaptive.hear(one, source=SOURCE, answers=[UNKNOWN_TEXT] * 100, now=START)
    assert adaptive.wait(one, source=SOURCE, now=START) is None


def test_other_rules_hold_at_once():
    adaptive, one = Adaptive(rules()), errand("gmail")
    assert adaptive.limits(one, source=SOURCE, now=START)[0].rate == 100
    adaptive.use(
        rules('[provider.gmail]\nmessage_rate = "5/s"\nconnections = 1\n[limit]\nreseller = "2/s"')
    )
    assert [limit.rate for limit in adaptive.limits(one, source=SOURCE, now=START)] == [5, 2]
    assert adaptive.connections(one, source=SOURCE, now=START) == 1


@pytest.mark.parametrize("scale", [1.0, 0.05])
def test_every_time_span_scales(scale):
    adaptive, one = Adaptive(rules(), scale=scale), errand("yahoo")
    for _ in range(20):
        adaptive.hear(one, source=SOURCE, answers=[UNKNOWN_TEXT], now=START)
    wait = adaptive.wait(one, source=SOURCE, now=START)
    assert wait is not None
    assert wait.seconds == pytest.approx(900 * scale)


def test_a_source_that_a_provider_shuns_leaves_its_mail_to_another_until_the_probe():
    adaptive = Adaptive(rules(), scale=1.0)
    blocked = Answer(
        verdict="bounced",
        phase="mail",
        code=550,
        text="550 5.7.1 part of their network is on our block list (S3150)",
    )
    now = START
    for turn in range(10):
        now = START + timedelta(seconds=turn)
        adaptive.wait(errand("outlook"), source=SOURCE, now=now)
        adaptive.hear(errand("outlook"), source=SOURCE, answers=[blocked], now=now)
    assert adaptive.is_shunned(errand("outlook"), source=SOURCE, now=now)
    assert not adaptive.is_shunned(errand("outlook"), source=OTHER_SOURCE, now=now)
    assert not adaptive.is_shunned(errand("gmail"), source=SOURCE, now=now)
    later = now + timedelta(hours=5)
    assert not adaptive.is_shunned(errand("outlook"), source=SOURCE, now=later)
    assert adaptive.wait(errand("outlook"), source=SOURCE, now=later) is None, "the probe goes"
    assert adaptive.is_shunned(errand("outlook"), source=SOURCE, now=later), "and only it"


def test_what_the_operator_ends_is_over_for_every_worker():
    adaptive, one = Adaptive(rules()), errand("yahoo")
    stored = []
    for _ in range(20):
        stored += adaptive.hear(one, source=SOURCE, answers=[UNKNOWN_TEXT], now=START)
    now = START + timedelta(minutes=1)
    ended = [replace(overlay, changed_at=now, until=now) for overlay in stored]
    adaptive.adopt(ended, now=now + timedelta(seconds=3))
    assert adaptive.wait(one, source=SOURCE, now=now + timedelta(seconds=3)) is None
    assert adaptive.wait(one, source=SOURCE, now=now + timedelta(seconds=4)) is None, "no probe"
    assert adaptive.limits(one, source=SOURCE, now=now)[0].rate == 100


def test_many_sites_do_not_fill_the_memory_and_a_suspension_is_not_forgotten():
    adaptive = Adaptive(rules())
    first = errand("other", site="mx.first.test")
    for _ in range(20):
        adaptive.hear(first, source=SOURCE, answers=[UNKNOWN_TEXT], now=START)
    for _ in range(5):
        adaptive.hear(first, source=SOURCE, answers=[UNKNOWN_TEXT], now=START)
    for n in range(6000):
        one = errand("other", site=f"mx{n}.test")
        assert adaptive.wait(one, source=SOURCE, now=START) is None
    later = START + timedelta(hours=2)
    now = START + timedelta(minutes=10)
    assert len(adaptive._places) == 6001
    adaptive.adopt([], now=later)
    assert not adaptive._places
    assert adaptive.wait(first, source=SOURCE, now=now) is not None


def test_the_key_of_a_site_is_short_and_its_own():
    hosts = " ".join(f"{'x' * 60}{n}.hosts.test" for n in range(10))
    short, other = (target_of(provider="other", site=site) for site in (hosts, f"{hosts}s"))
    assert len(short) < 500
    assert short != other
    assert target_of(provider="gmail", site=hosts) == "gmail"


def test_without_a_limit_nothing_is_counted_and_replies_still_slow_down():
    adaptive, one = Adaptive(rules('[default]\nmessage_rate = "unlimited"')), errand("yahoo")
    assert adaptive.limits(one, source=SOURCE, now=START) == []
    for _ in range(100):
        adaptive.left(one, source=SOURCE, now=START)
    for _ in range(10):
        adaptive.hear(one, source=SOURCE, answers=[UNKNOWN_TEXT], now=START)
    (limit,) = adaptive.limits(one, source=SOURCE, now=START)
    assert limit.rate == pytest.approx(50, rel=0.1)
