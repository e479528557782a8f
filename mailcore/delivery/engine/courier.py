"""One job from its claim to its results."""

import logging
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random
from uuid import UUID

import psycopg

from kernel import clock
from mailcore.delivery import bodies, outcomes
from mailcore.delivery.bodies import BodyMissing
from mailcore.delivery.egress_settings import EgressSettings
from mailcore.delivery.engine.fence import Fence
from mailcore.delivery.engine.gate import Gate, NotHere, NotNow, Passage
from mailcore.delivery.engine.journal import Journal
from mailcore.delivery.engine.recorder import Recorder
from mailcore.delivery.engine.returns import Returns
from mailcore.delivery.engine.store import Store
from mailcore.delivery.jobs import Claimed, Job
from mailcore.delivery.keyring import Keyring
from mailcore.delivery.local import LOCAL, LocalDelivery
from mailcore.delivery.remote import RemoteDelivery, Route
from mailcore.delivery.resolver import Unroutable
from mailcore.delivery.signing import NoSigningKey, SigningKeys
from mailcore.delivery.smtp.envelope import Answer, ConnectionFailed, Envelope
from mailcore.protocol import dkim, smtp_data
from mailcore.protocol.smtp_arguments import EnvelopeRecipient

log = logging.getLogger(__name__)


class Courier:
    """Delivers jobs; everything it needs is shared with the other jobs of the process."""

    def __init__(
        self,
        settings: EgressSettings,
        *,
        store: Store,
        fence: Fence,
        keyring: Keyring,
        signing: SigningKeys,
        remote: RemoteDelivery,
        local: LocalDelivery,
        journal: Journal,
        recorder: Recorder,
        returns: Returns,
        gate: Gate,
        random: Random,
    ) -> None:
        self._settings = settings
        self._store = store
        self._fence = fence
        self._keyring = keyring
        self._signing = signing
        self._remote = remote
        self._local = local
        self._journal = journal
        self._recorder = recorder
        self._returns = returns
        self._gate = gate
        self._random = random

    async def run(self, job: Job) -> None:
        """Try the job once and hand its results over; never raises."""
        started_at = clock.now()
        trip = _Trip(job)
        try:
            answers = await self._deliver(trip)
        except NotNow as later:
            until = clock.now() + timedelta(seconds=later.wait.seconds)
            self._returns.put(trip.ours, until=until)
            return
        except NotHere as elsewhere:
            self._returns.put(trip.ours, home=elsewhere.node)
            return
        except psycopg.OperationalError as error:
            # Only the preparation asks the database: nothing was sent.
            log.warning("job of %s given back: %s", job.message.message_id, error)
            self._returns.put(trip.ours)
            return
        except Exception:
            log.exception("job of %s failed", job.message.message_id)
            text = "internal error; we try again"
            answers = trip.all(
                Answer(verdict="deferred", phase="sign", enhanced="4.3.0", text=text)
            )
        ended_at = clock.now()
        results = [
            outcomes.settle(
                outcomes.record(
                    claimed, _told(claimed, answers), started_at=started_at, ended_at=ended_at
                ),
                scale=self._settings.delay_scale,
                random=self._random,
            )
            for claimed in trip.ours
            if claimed.address in answers
        ]
        self._recorder.put(results)

    async def _deliver(self, trip: "_Trip") -> dict[str, Answer]:
        try:
            if trip.job.site == LOCAL:
                return await self._keep(trip)
            route = await self._remote.route(trip.job.site, wish=trip.job.message.require_tls)
            async with self._gate.passage(trip.job, route) as passage:
                answers = await self._send(trip, route, passage)
                passage.heard(list(answers.values()))
                return answers
        except Unroutable as failure:
            return trip.all(_unroutable(failure))

    async def _keep(self, trip: "_Trip") -> dict[str, Answer]:
        """To a mailbox of ours."""
        async with self._gate.turn_at_home(trip.job):
            return await self._try(
                trip,
                self._local.deliver(
                    prepare=partial(self._prepare, trip), before_dot=partial(self._note_dot, trip)
                ),
            )

    async def _send(self, trip: "_Trip", route: Route, passage: Passage) -> dict[str, Answer]:
        """To somebody else's server."""
        return await self._try(
            trip,
            self._remote.deliver(
                route,
                source=passage.source,
                connections=passage.connections,
                messages=passage.messages,
                # `TLS-Required: No`: rather delivered than secured (RFC 8689 §5).
                needs_tls=passage.needs_tls and trip.job.message.require_tls is not False,
                prepare=partial(self._prepare, trip),
                before_dot=partial(self._note_dot, trip),
                may_connect=passage.may_connect,
            ),
        )

    async def _try(
        self, trip: "_Trip", delivery: Awaitable[dict[str, Answer]]
    ) -> dict[str, Answer]:
        try:
            return await delivery
        except ConnectionFailed as failure:
            return trip.all(failure.answer)
        except (NoSigningKey, BodyMissing) as failure:
            text = f"cannot be sent now: {failure}"
            return trip.all(Answer(verdict="deferred", phase="sign", enhanced="4.7.0", text=text))

    def _note_dot(self, trip: "_Trip", addresses: Sequence[str]) -> None:
        self._journal.sending(c for c in trip.ours if c.address in set(addresses))

    async def _prepare(self, trip: "_Trip") -> tuple[Envelope, bytes] | None:
        """With a session open: make sure that the lease holds, then read, sign or scan."""
        held = await self._fence.hold(trip.ours)
        trip.keep(held.recipients)
        if not trip.ours:
            return None
        accepted = await self._opened(trip.job.message.message_id, held.sealed)
        content = smtp_data.normalise(accepted)
        if trip.job.site == LOCAL:
            content = await self._local.marked(trip.job, content)
        else:
            # What acceptance hashed is what is signed, unless a line end had to be mended.
            body_hash = trip.job.message.body_hash if content is accepted else None
            content = await self._signed(trip.job, content, body_hash)
        return trip.envelope(), content

    async def _opened(self, message_id: UUID, sealed: bytes | None) -> bytes:
        known = sealed and self._keyring.unseal_known(sealed, context=message_id.bytes)
        if known:
            return known
        async with self._store.connection() as connection:
            content, _ = await bodies.read(message_id, connection=connection, keyring=self._keyring)
        return content

    async def _signed(self, job: Job, content: bytes, body_hash: bytes | None) -> bytes:
        message = job.message
        signers = await self._signing.signers(
            message.from_domain,
            reseller_id=message.reseller_id,
            is_system=message.stream == "system",
        )
        timestamp = int(clock.now().timestamp())
        return dkim.sign(content, signers=signers, timestamp=timestamp, body_hash=body_hash)


class _Trip:
    """A job and those of its recipients that are still under our lease."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.ours: list[Claimed] = list(job.recipients)

    def keep(self, held: set[UUID]) -> None:
        lost = [claimed for claimed in self.ours if claimed.recipient_id not in held]
        self.ours = [claimed for claimed in self.ours if claimed.recipient_id in held]
        for claimed in lost:
            log.warning("lease of %s was passed on, not sent", claimed.recipient_id)

    def all(self, answer: Answer) -> dict[str, Answer]:
        return {claimed.address: answer for claimed in self.ours}

    def envelope(self) -> Envelope:
        message = self.job.message
        return Envelope(
            sender=message.envelope_from,
            recipients=[
                EnvelopeRecipient(address=c.address, notify=c.dsn_notify, orcpt=c.dsn_orcpt)
                for c in self.ours
            ],
            is_8bit=message.is_8bit,
            is_smtputf8=message.is_smtputf8,
            ret=message.dsn_ret or "",
            envid=message.dsn_envid or "",
            requires_tls=message.require_tls,
        )


def _told(claimed: Claimed, answers: Mapping[str, Answer]) -> Answer:
    """The answer, without the mailbox behind an alias: the sender does not know it."""
    answer = answers[claimed.address]
    if claimed.named == claimed.address:
        return answer
    return replace(answer, text=answer.text.replace(claimed.address, claimed.named))


def _unroutable(failure: Unroutable) -> Answer:
    return Answer(
        verdict="bounced" if failure.code >= 500 else "deferred",
        phase="dns",
        code=failure.code,
        enhanced=failure.enhanced,
        text=f"{failure.code} {failure.enhanced} {failure.text}",
    )
