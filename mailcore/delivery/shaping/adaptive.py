"""Rules, standings and overlays together: what holds for an errand, and what replies change.

Pure: every instant is given and nothing is stored or asked, so the engine, a test and a dry run
over stored replies use the very same code.
"""

import math
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from mailcore.delivery.ports import Errand, Wait
from mailcore.delivery.shaping.culprits import Blame, Sender, Window
from mailcore.delivery.shaping.gcra import Limit, Refusal
from mailcore.delivery.shaping.overlays import Overlay, Overlays, Reach
from mailcore.delivery.shaping.rules import Effect, Limits, ReplyRule, RuleSet, target_of
from mailcore.delivery.shaping.signals import BAD, signal_of
from mailcore.delivery.shaping.standing import FORGIVEN, LADDER, Change, Standing
from mailcore.delivery.smtp.envelope import Answer

#: Of a reply in the cause of an overlay.
QUOTED = 120
#: Places that are kept; of more, those go that nobody used for so long.
MANY, IDLE = 5000, timedelta(hours=1)
#: Seconds that a stream waits at most before it asks again: what waits in the queue are pairs of a
#: site and a reseller, and its other streams are in the same pair.
PARTIAL = 5.0


class _Place:
    """A source at a target."""

    def __init__(self, standing: Standing, *, provider: str, site: str, now: datetime) -> None:
        self.standing, self.window = standing, Window()
        self.provider, self.site = provider, site
        self.used_at = now


class Adaptive:
    """What may go now; `scale` shortens every time span, for tests."""

    def __init__(self, rules: RuleSet, *, scale: float = 1.0) -> None:
        self.rules = rules
        self.overlays = Overlays()
        self._scale = scale
        self._places: dict[tuple[str, str], _Place] = {}
        self._hits: dict[tuple[str, Reach], deque[datetime]] = {}

    def use(self, rules: RuleSet) -> None:
        """Other rules hold from now on."""
        self.rules = rules
        for place in self._places.values():
            place.standing.retune(rules.limits(provider=place.provider, site=place.site))

    # -- Before sending ---------------------------------------------------------------------------

    def wait(self, errand: Errand, *, source: str, now: datetime) -> Wait | None:
        """Why this errand must not go; None is a leave that `left` or `stayed` answers."""
        for overlay in self.overlays.holding(_reach(errand, source), now=now):
            if overlay.kind == "suspend":
                left = (overlay.until - now).total_seconds()
                if overlay.reach.stream:
                    left = min(left, PARTIAL)
                return Wait(seconds=left, reason=f"suspended: {overlay.cause}")
        return self._place(errand, source, now).standing.wait(now)

    def is_shunned(self, errand: Errand, *, source: str, now: datetime) -> bool:
        """Whether servers want nothing from this very source: another one may be welcome."""
        place = self._places.get((source, _target(errand)))
        if place and place.standing.is_closed(now):
            return True
        holding = self.overlays.holding(_reach(errand, source), now=now)
        return any(one.kind == "suspend" and one.reach.source == source for one in holding)

    def limits(self, errand: Errand, *, source: str, now: datetime) -> list[Limit]:
        """Every bucket that this errand takes tokens from."""
        rules, target = self.rules, target_of(provider=errand.provider, site=errand.site)
        place = self._place(errand, source, now)
        rates: list[tuple[str, float | None]] = [
            (pace_key(source, target), place.standing.rate),
            ("all", rules.all_rate),
            (f"target|{target}", place.standing.limits.total_rate),
            (f"source|{source}", rules.rate_of_source(source)),
            (f"reseller|{errand.reseller_id}", rules.rate_of_reseller(errand.reseller_id)),
        ]
        holding = self.overlays.holding(_reach(errand, source), now=now)
        rates += [
            (_bucket(overlay), overlay.value) for overlay in holding if overlay.kind == "rate"
        ]
        return [Limit(key=key, rate=rate) for key, rate in rates if rate and rate != math.inf]

    def left(self, errand: Errand, *, source: str, now: datetime) -> None:
        """The errand went."""
        self._place(errand, source, now).standing.left(errand.recipients, now=now)

    def stayed(self, errand: Errand, *, source: str, refusal: Refusal, now: datetime) -> Wait:
        """The errand found a bucket empty: how long it waits."""
        target, key = _target(errand), refusal.key
        standing = self._place(errand, source, now).standing
        standing.stayed(was_short=key == pace_key(source, target))
        is_of_stream = key in self._stream_buckets(errand, source, now)
        seconds = min(refusal.seconds, PARTIAL) if is_of_stream else refusal.seconds
        return Wait(seconds=seconds, reason=f"limit of {key.replace('|', ' ')}")

    def _stream_buckets(self, errand: Errand, source: str, now: datetime) -> set[str]:
        holding = self.overlays.holding(_reach(errand, source), now=now)
        return {_bucket(one) for one in holding if one.kind == "rate" and one.reach.stream}

    def connections(self, errand: Errand, *, source: str, now: datetime) -> int:
        """How many connections from this source to the site may be open."""
        most = self._place(errand, source, now).standing.most_connections(now)
        return self._least("connections", most, _reach(errand, source), now)

    def messages_per_connection(self, errand: Errand, *, now: datetime) -> int:
        """After how many messages a connection ends."""
        most = self._limits(errand).messages_per_connection
        return self._least("messages_per_connection", most, _reach(errand, ""), now)

    # -- After an answer --------------------------------------------------------------------------

    def hear(
        self, errand: Errand, *, source: str, answers: Iterable[Answer], now: datetime
    ) -> list[Overlay]:
        """Learn; the overlays that came of it are in force here and are for the others too."""
        changed: list[Overlay] = []
        # One reply to a hundred recipients is one reply.
        for answer in {(a.verdict, a.phase, a.code, a.text): a for a in answers}.values():
            changed += self._hear(errand, source, answer, now)
        for overlay in changed:
            self.overlays.put(overlay)
        return changed

    def adopt(self, overlays: Iterable[Overlay], *, now: datetime) -> None:
        """Take over what is stored: found out by other workers, or ended by the operator."""
        for overlay in overlays:
            if self.overlays.put(overlay) and overlay.origin == "standing":
                place = self._places.get((overlay.reach.source, overlay.reach.target))
                if place:
                    place.standing.adopt(_change(overlay), now=now)
        self._forget(now)

    def _forget(self, now: datetime) -> None:
        """Keep memory small: the stored overlays tell what matters of a place that is made anew."""
        self.overlays.forget(over_since=now - self._span(FORGIVEN))
        if len(self._places) > MANY:
            idle = [key for key, place in self._places.items() if now - place.used_at > IDLE]
            for key in idle:
                del self._places[key]
        if len(self._hits) > MANY:
            self._hits = {
                key: hits for key, hits in self._hits.items() if hits and now - hits[-1] <= IDLE
            }

    def _hear(self, errand: Errand, source: str, answer: Answer, now: datetime) -> list[Overlay]:
        place = self._place(errand, source, now)
        standing, reach = place.standing, Reach(source, _target(errand))
        rule = self._rule(errand, answer)
        is_ignored = rule is not None and not rule.effects
        signal = "neutral" if is_ignored else signal_of(answer, provider=errand.provider)
        if standing.suspended_until is not None:
            return _told(standing.probed(signal, now=now), reach, now)
        if self._is_suspended(errand, source, now):
            return []
        if signal != "neutral":
            place.window.add(Sender(errand.reseller_id, errand.stream), is_bad=signal in BAD)
        trigger = standing.tally.judge(signal, now=now)
        if rule and rule.effects and self._is_reached(rule, errand, source, now):
            return self._apply(rule, errand, source, answer, now)
        if trigger is None:
            return _told(standing.grow(now), reach, now) if signal == "clean" else []
        blame = place.window.culprit() if trigger.action in ("slow", "stop") else None
        if blame:
            return [self._part_with(blame, place, reach.target, trigger.cause, now)]
        return _told(standing.act(trigger, signal=signal, now=now), reach, now)

    def _rule(self, errand: Errand, answer: Answer) -> ReplyRule | None:
        if answer.verdict == "delivered" or answer.code is None:
            return None
        return self.rules.reply_rule(answer.text, provider=errand.provider)

    def _is_reached(self, rule: ReplyRule, errand: Errand, source: str, now: datetime) -> bool:
        hits = self._hits.setdefault((rule.name, _scope(rule, errand, source)), deque())
        hits.append(now)
        while now - hits[0] > self._span(rule.within):
            hits.popleft()
        if len(hits) < rule.count:
            return False
        hits.clear()
        return True

    def _apply(
        self, rule: ReplyRule, errand: Errand, source: str, answer: Answer, now: datetime
    ) -> list[Overlay]:
        cause = f"{rule.name}: {answer.text[:QUOTED]}"
        changed: list[Overlay] = []
        for effect in rule.effects:
            reach = _scope(rule, errand, source)
            if effect.kind == "suspend" and rule.scope == "source":
                standing = self._place(errand, source, now).standing
                changes = standing.suspend(cause, now=now, seconds=rule.seconds)
                changed += _told(changes, reach, now)
            elif effect.kind == "suspend":
                changed.append(self._suspension(reach, cause, rule.seconds, now))
            else:
                changed.append(self._effect(rule, effect, reach, cause, now))
        return changed

    def _effect(
        self, rule: ReplyRule, effect: Effect, reach: Reach, cause: str, now: datetime
    ) -> Overlay:
        if effect.kind == "messages_per_connection":
            # What a server takes on a connection it takes from each of our sources.
            reach = Reach(target=reach.target)
        return Overlay(
            reach=reach,
            kind=effect.kind,
            origin="rule",
            cause=cause,
            changed_at=now,
            until=now + self._span(rule.seconds),
            value=effect.value,
        )

    def _part_with(
        self, blame: Blame, place: _Place, target: str, cause: str, now: datetime
    ) -> Overlay:
        """Suspend the culprit and let the others go on."""
        place.window.forget(blame.sender)
        place.standing.tally.forget(bad_share=blame.bad_share)
        reach = Reach("", target, blame.sender.reseller_id, blame.sender.stream)
        cause = f"{cause}, most of them of this stream"
        return self._suspension(reach, cause, LADDER[0], now)

    def _suspension(self, reach: Reach, cause: str, seconds: float, now: datetime) -> Overlay:
        last = self.overlays.get(reach, "suspend", "rule")
        is_again = last is not None and now - last.until <= self._span(FORGIVEN)
        level = min(last.level + 1, len(LADDER) - 1) if last and is_again else 0
        span = max(seconds, min(seconds * 2**level, LADDER[-1]))
        return Overlay(
            reach=reach,
            kind="suspend",
            origin="rule",
            cause=cause,
            changed_at=now,
            until=now + self._span(span),
            level=level,
        )

    # -- Where things are -------------------------------------------------------------------------

    def _place(self, errand: Errand, source: str, now: datetime) -> _Place:
        target = _target(errand)
        place = self._places.get((source, target))
        if place is None:
            standing = Standing(self._limits(errand), now=now, scale=self._scale)
            for kind in ("rate", "connections", "suspend"):
                known = self.overlays.get(Reach(source, target), kind, "standing")
                if known:
                    standing.adopt(_change(known), now=now)
            place = _Place(standing, provider=errand.provider, site=errand.site, now=now)
            self._places[source, target] = place
        place.used_at = now
        return place

    def _limits(self, errand: Errand) -> Limits:
        return self.rules.limits(provider=errand.provider, site=errand.site)

    def _is_suspended(self, errand: Errand, source: str, now: datetime) -> bool:
        holding = self.overlays.holding(_reach(errand, source), now=now)
        return any(overlay.kind == "suspend" for overlay in holding)

    def _least(self, kind: str, most: int, reach: Reach, now: datetime) -> int:
        for overlay in self.overlays.holding(reach, now=now):
            if overlay.kind == kind and overlay.value:
                most = min(most, int(overlay.value))
        return max(most, 1)

    def _span(self, seconds: float) -> timedelta:
        return timedelta(seconds=seconds * self._scale)


def pace_key(source: str, target: str) -> str:
    """The bucket of a standing's own rate."""
    return f"pace|{source}|{target}"


def _bucket(overlay: Overlay) -> str:
    return "overlay|" + "|".join(str(part or "") for part in overlay.reach)


def _target(errand: Errand) -> str:
    return target_of(provider=errand.provider, site=errand.site)


def _reach(errand: Errand, source: str) -> Reach:
    return Reach(source, _target(errand), errand.reseller_id, errand.stream)


def _scope(rule: ReplyRule, errand: Errand, source: str) -> Reach:
    target = _target(errand)
    if rule.scope == "stream":
        return Reach(source, target, stream=errand.stream)
    if rule.scope == "reseller":
        return Reach(target=target, reseller_id=errand.reseller_id)
    return Reach(target=target) if rule.scope == "provider" else Reach(source, target)


def _told(changes: Sequence[Change], reach: Reach, now: datetime) -> list[Overlay]:
    return [
        Overlay(
            reach=reach,
            kind=change.kind,
            origin="standing",
            cause=change.cause,
            changed_at=now,
            until=change.until,
            value=change.value,
            level=change.level,
        )
        for change in changes
    ]


def _change(overlay: Overlay) -> Change:
    assert overlay.kind != "messages_per_connection"
    return Change(
        kind=overlay.kind,
        cause=overlay.cause,
        until=overlay.until,
        value=overlay.value,
        level=overlay.level,
    )
