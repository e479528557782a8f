"""One job from its claim to its results."""

import logging
from collections.abc import Sequence
from random import Random
from uuid import UUID

import psycopg

from kernel import clock
from mailcore.delivery import bodies, outcomes
from mailcore.delivery.bodies import BodyMissing
from mailcore.delivery.egress_settings import EgressSettings
from mailcore.delivery.engine.fence import Fence
from mailcore.delivery.engine.journal import Journal
from mailcore.delivery.engine.recorder import Recorder
from mailcore.delivery.engine.store import Store
from mailcore.delivery.jobs import Claimed, Job
from mailcore.delivery.keyring import Keyring
from mailcore.delivery.local import LOCAL, LocalDelivery
from mailcore.delivery.remote import RemoteDelivery
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
        self._random = random

    async def run(self, job: Job) -> None:
        """Try the job once and hand its results over; never raises."""
        started_at = clock.now()
        trip = _Trip(job)
        try:
            answers = await self._deliver(trip)
        except psycopg.OperationalError as error:
            # Only the preparation asks the database: nothing was sent.
            log.warning("job of %s given back: %s", job.message.message_id, error)
            self._store.give_back(trip.ours)
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
                    claimed, answers[claimed.address], started_at=started_at, ended_at=ended_at
                ),
                scale=self._settings.delay_scale,
                random=self._random,
            )
            for claimed in trip.ours
            if claimed.address in answers
        ]
        self._recorder.put(results)

    async def _deliver(self, trip: "_Trip") -> dict[str, Answer]:
        async def prepare() -> tuple[Envelope, bytes] | None:
            return await self._prepare(trip)

        def before_dot(addresses: Sequence[str]) -> None:
            self._journal.sending(c for c in trip.ours if c.address in set(addresses))

        site = trip.job.site
        try:
            if site == LOCAL:
                return await self._local.deliver(prepare=prepare, before_dot=before_dot)
            return await self._remote.deliver(site, prepare=prepare, before_dot=before_dot)
        except ConnectionFailed as failure:
            return trip.all(failure.answer)
        except Unroutable as failure:
            return trip.all(_unroutable(failure))
        except (NoSigningKey, BodyMissing) as failure:
            text = f"cannot be sent now: {failure}"
            return trip.all(Answer(verdict="deferred", phase="sign", enhanced="4.7.0", text=text))

    async def _prepare(self, trip: "_Trip") -> tuple[Envelope, bytes] | None:
        """With a session open: make sure that the lease holds, then read, sign or scan."""
        trip.keep(await self._fence.hold(trip.ours))
        if not trip.ours:
            return None
        async with self._store.connection() as connection:
            content, _ = await bodies.read(
                trip.job.message.message_id, connection=connection, keyring=self._keyring
            )
        content = smtp_data.normalise(content)
        if trip.job.site == LOCAL:
            content = await self._local.marked(trip.job, content)
        else:
            content = await self._signed(trip.job, content)
        return trip.envelope(), content

    async def _signed(self, job: Job, content: bytes) -> bytes:
        message = job.message
        signers = await self._signing.signers(
            message.from_domain,
            reseller_id=message.reseller_id,
            is_system=message.stream == "system",
        )
        return dkim.sign(content, signers=signers, timestamp=int(clock.now().timestamp()))


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
        )


def _unroutable(failure: Unroutable) -> Answer:
    return Answer(
        verdict="bounced" if failure.code >= 500 else "deferred",
        phase="dns",
        code=failure.code,
        enhanced=failure.enhanced,
        text=f"{failure.code} {failure.enhanced} {failure.text}",
    )
