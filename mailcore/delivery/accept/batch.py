"""Submissions as the parameters of the one statement that stores them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from kernel import crypto, ids
from kernel.dns import names
from mailcore.delivery.accept import notice
from mailcore.delivery.accept.submission import PRIORITY, Owner, Recipient, Submission
from mailcore.protocol import dkim

_FOLDER = Path(__file__).parents[1] / "sql"
ACCEPT = (_FOLDER / "accept.sql").read_text(encoding="utf-8")
KNOWN = (_FOLDER / "known_here.sql").read_text(encoding="utf-8")

#: The site of recipients whose domain is hosted here; any other site is the domain itself.
LOCAL = "local"

_MESSAGE = (
    "id", "reseller", "organisation", "stream", "submitter", "sender", "from_domain", "size",
    "smtputf8", "8bit", "ret", "envid", "message_id", "at", "body", "body_hash", "require_tls",
    "alarm",
)  # fmt: skip
_RECIPIENT = (
    "id", "message", "place", "mailbox", "reseller", "organisation", "address", "domain", "notify",
    "orcpt", "site", "stream", "from_domain", "prio", "at", "expires", "event", "next_event",
    "code", "enhanced", "refusal", "deliver_to",
)  # fmt: skip
_NONE = (None, None, None)


def domain_of(address: str) -> str:
    """The domain as A-labels in lower case; one that is no name stays as it is, and will bounce."""
    return _stored_form(address.rpartition("@")[2])


def with_stored_domain(address: str) -> str:
    """The address with its domain as it is stored, its local part untouched."""
    return f"{address.rpartition('@')[0]}@{domain_of(address)}"


@lru_cache(maxsize=10_000)
def _stored_form(domain: str) -> str:
    try:
        return names.normalise(domain)
    except names.InvalidName:
        return domain.lower()


def addresses_of(submissions: Collection[Submission]) -> set[str]:
    """Every recipient of these, and the senders, who may get a notice."""
    addresses = {r.address for s in submissions for r in s.recipients}
    return addresses | {s.envelope_from for s in submissions if s.envelope_from}


def questions(addresses: Iterable[str]) -> dict[str, list[str]]:
    """What `KNOWN` is asked about mail to these addresses."""
    asked = {_alias_form(address) for address in addresses}
    return {"domains": sorted({domain_of(a) for a in asked}), "addresses": sorted(asked)}


def _alias_form(address: str) -> str:
    return with_stored_domain(address).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is hosted here: domains, and by address the mailboxes behind an alias."""

    hosted: set[str] = field(default_factory=set)
    targets: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Sequence[object]]) -> "Known":
        """Out of the rows of `KNOWN`."""
        known = cls()
        for name, target in rows:
            known.note(str(name), target=target and str(target))
        return known

    def note(self, name: str, *, target: object) -> None:
        """A domain without a target, an alias with one."""
        if target is None:
            self.hosted.add(name)
        else:
            self.targets.setdefault(name, []).append(str(target))


class Batch:
    """Collects submissions column by column; nothing is written before `ACCEPT` runs."""

    def __init__(self, known: Known) -> None:
        self._hosted: Collection[str] = known.hosted
        self._targets: Mapping[str, Sequence[str]] = known.targets
        self._columns: dict[str, list[object]] = {
            **{f"m_{name}": [] for name in _MESSAGE},
            **{f"r_{name}": [] for name in _RECIPIENT},
        }

    def parameters(self) -> dict[str, object]:
        """What `ACCEPT` is run with."""
        limits = settings.MAILBOX_LIMITS
        return {
            "node": settings.EGRESS_NODE,
            "limit_messages": limits["messages"],
            "limit_recipients": limits["recipients"],
            "limit_new_recipients": limits["new_recipients"],
            **self._columns,
        }

    def add(self, submission: Submission, *, owner: Owner) -> None:
        """One more message, sealed here; with it the notice about recipients that are refused."""
        self._add_message(submission, owner)
        told = notice.of_refused(submission, infra_domain=settings.INFRA_DOMAIN)
        # A sender elsewhere gets none: a notice to a stranger would be backscatter.
        if told is not None and domain_of(submission.envelope_from) in self._hosted:
            self._add_message(told, replace(owner, mailbox_id=None))

    def _add_message(self, s: Submission, owner: Owner) -> None:
        sealed = crypto.seal(
            key=owner.key, key_id=owner.key_id, plain=s.message, context=s.id.bytes
        )
        self._append("m_", _MESSAGE, (
            s.id, owner.reseller_id, owner.organisation_id, s.stream.value, s.submitter,
            s.envelope_from, s.from_domain, len(s.message), s.is_smtputf8, not s.message.isascii(),
            s.dsn_ret, s.dsn_envid, s.message_id, s.accepted_at, sealed,
            s.body_hash or dkim.body_hash(s.message), s.require_tls, ids.uuid7(),
        ))  # fmt: skip
        reached = {_alias_form(recipient.address) for recipient in s.recipients}
        for recipient in s.recipients:
            for each, deliver_to in self._each(recipient, reached):
                self._add_recipient(s, each, deliver_to, owner)

    def _each(
        self, recipient: Recipient, reached: set[str]
    ) -> Iterator[tuple[Recipient, str | None]]:
        """The recipient once for each mailbox behind it; nobody gets a message twice."""
        targets = self._targets.get(_alias_form(recipient.address), ())
        if not targets or recipient.refusal is not None:
            yield recipient, None
            return
        for target in targets:
            if target not in reached:
                reached.add(target)
                yield recipient, target
                recipient = replace(recipient, id=ids.uuid7())

    def _add_recipient(
        self, s: Submission, recipient: Recipient, deliver_to: str | None, owner: Owner
    ) -> None:
        domain = domain_of(recipient.address)
        is_hosted = domain in self._hosted
        local_part = recipient.address.rpartition("@")[0]
        address = f"{local_part.lower() if is_hosted else local_part}@{domain}"
        refusal = recipient.refusal
        self._append("r_", _RECIPIENT, (
            recipient.id, s.id, len(self._columns["m_id"]), owner.mailbox_id, owner.reseller_id,
            owner.organisation_id, address, domain, recipient.notify, recipient.orcpt,
            LOCAL if is_hosted else domain, s.stream.value,
            s.from_domain, PRIORITY[s.stream], s.accepted_at, s.expires_at, ids.uuid7(),
            ids.uuid7(), *((refusal.code, refusal.enhanced, refusal.text) if refusal else _NONE),
            deliver_to,
        ))  # fmt: skip

    def _append(self, prefix: str, columns: tuple[str, ...], values: tuple[object, ...]) -> None:
        for column, value in zip(columns, values, strict=True):
            self._columns[prefix + column].append(value)
