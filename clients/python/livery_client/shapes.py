"""What the API takes and answers.

Written by generate.py from the OpenAPI document: change that instead.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict


class Actor(TypedDict):
    """Who acted: a member, an api_key, the operator or the system, and its id."""

    kind: "str"
    id: "str"


class Alarm(TypedDict):
    """A record that was right before; `record` is its purpose, or `lapsed` for the whole domain."""

    id: "str"
    domain: "str"
    domain_name: "str"
    record: "str"
    name: "str"
    type: "str"
    expected: "str"
    state: "str"
    found: "Sequence[str]"
    sentence: "str"
    opened_at: "str"
    closed_at: "str | None"


class Alias(TypedDict):
    """An address whose mail goes to mailboxes; `is_catch_all`: to all that are no other's."""

    id: "str"
    address: "str"
    domain: "str"
    is_catch_all: "bool"
    targets: "Sequence[str]"
    created_at: "str"


class AliasChange(TypedDict):
    """The mailboxes that it leads to from now on."""

    targets: "Sequence[str]"


class AppPassword(TypedDict):
    """A password of a mailbox for one program; its last use to the minute."""

    id: "str"
    name: "str"
    scopes: "Sequence[str]"
    created_at: "str"
    expires_at: "str | None"
    last_used_at: "str | None"
    last_used_from: "str"


class AppPasswordMade(TypedDict):
    """The same with its text, told once: null when the answer is given again."""

    id: "str"
    name: "str"
    scopes: "Sequence[str]"
    created_at: "str"
    expires_at: "str | None"
    last_used_at: "str | None"
    last_used_from: "str"
    secret: "str | None"


class Attempt(TypedDict):
    """One try: which way it took, and what the other side said."""

    at: "str"
    outcome: "str"
    phase: "str"
    source: "str"
    mx: "str"
    mx_address: "str"
    tls: "str"
    code: "int | None"
    enhanced: "str | None"
    reply: "str"
    reason: "str | None"
    maybe_delivered: "bool"


class Audit(TypedDict):
    """What somebody did, written in the same transaction."""

    at: "str"
    actor: "Actor"
    action: "str"
    subject: "str"
    data: "Mapping[str, Any]"
    request_id: "str"


class Checks(TypedDict):
    """When the name servers were asked, and what each of them said of each record."""

    checked_at: "str | None"
    next_at: "str | None"
    data: "Sequence[RecordRow]"


class Cname(TypedDict):
    """The record that proves a name."""

    name: "str"
    type: "str"
    value: "str"


class Code(TypedDict):
    """The code that the giver was told."""

    code: "str"


class Copy(TypedDict):
    """One recipient's message."""

    id: "str"
    message_id: "str"
    address: "str"
    state: "str"
    reason: "str | None"


class CredentialField(TypedDict):
    """A setting of a credential; what is not secret is shown again, `choices` are all that it may be."""

    name: "str"
    title: "str"
    is_secret: "bool"
    is_required: "bool"
    choices: "Sequence[str]"


class Day(TypedDict):
    """Recipients of a day (UTC)."""

    day: "str"
    accepted: "int"
    delivered: "int"
    bounced: "int"
    expired: "int"
    suppressed: "int"
    complained: "int"


class Delivery(TypedDict):
    """An event for one endpoint; `event` is the `webhook-id` of the request."""

    id: "str"
    event: "str"
    type: "str"
    state: "str"
    body: "str"
    created_at: "str"
    due_at: "str | None"
    ended_at: "str | None"
    attempts: "int"
    tries: "Sequence[Try]"


class DkimKey(TypedDict):
    """`published_since`: DNS has shown it since then; `signing_since`: its first signature."""

    id: "str"
    selector: "str"
    algorithm: "str"
    state: "str"
    state_since: "str"
    created_at: "str"
    published_since: "str | None"
    signing_since: "str | None"
    revoked_at: "str | None"
    record: "DkimRecord"


class DkimKeys(TypedDict):
    """All keys of a domain, and when the next ones sign."""

    data: "Sequence[DkimKey]"
    rotation: "DkimRotation"


class DkimRecord(TypedDict):
    """The record that shows a key; of a withdrawn one it is empty after `p=`."""

    name: "str"
    type: "str"
    value: "str"


class DkimRotation(TypedDict):
    """When the other selectors sign; `is_waiting`: it is time, and DNS has to show them yet."""

    due_at: "str | None"
    requested_at: "str | None"
    is_waiting: "bool"
    instruction: "str"


class Dmarc(TypedDict):
    """The policy that we want in DNS, the one that stands there, the next step, and the days."""

    policy: "str"
    published_policy: "str | None"
    changed_at: "str | None"
    next_step: "NextStep"
    reports: "Intake"
    days: "Sequence[DmarcDay]"


class DmarcDay(TypedDict):
    """Messages of one day: wanted senders' that passed, were forwarded or fail; strangers'."""

    day: "str"
    aligned: "int"
    forwarded: "int"
    failing: "int"
    strangers: "int"


class DnsCredential(TypedDict):
    """A way to write zones; `tested_code` is `ok` or why the last test failed."""

    id: "str"
    organisation: "str"
    kind: "str"
    provider: "str"
    settings: "Mapping[str, Any]"
    tested_code: "str"
    tested_sentence: "str"
    tested_at: "str | None"
    created_at: "str"


class DnsCredentialTest(TypedDict):
    """The domain whose zone it should write."""

    domain: "str"


class DnsPlan(TypedDict):
    """A plan; `code` and `sentence` tell how far it is, or why it failed."""

    id: "str"
    domain: "str"
    credential: "str"
    origin: "str"
    zone: "str"
    state: "str"
    code: "str"
    sentence: "str"
    fingerprint: "str"
    replace: "Sequence[str]"
    current: "Sequence[PlannedSet]"
    changes: "Sequence[PlannedStep]"
    left: "Sequence[PlanLeft]"
    warnings: "Sequence[PlanWarning]"
    created_at: "str"
    expires_at: "str"
    applied_at: "str | None"
    verified_at: "str | None"
    undone_at: "str | None"


class DnsProvider(TypedDict):
    """Who runs the domain's DNS, which credential is wanted, and which one writes it now."""

    provider: "str"
    title: "str"
    split: "Sequence[str]"
    name_servers: "Sequence[str]"
    kind: "str"
    settings: "Sequence[CredentialField]"
    sentence: "str"
    page: "str"
    credential: "str | None"


class DnsUpdate(TypedDict):
    """Where and with which TSIG key the domain's zone may be written."""

    server: "str"
    port: "NotRequired[int]"
    key_name: "str"
    algorithm: "NotRequired[str]"
    secret: "str"


class DnsUpdateStatus(TypedDict):
    """How the last DNS update ended: `code` is stable, `sentence` is for people."""

    code: "str"
    sentence: "str"
    at: "str | None"


class Domain(TypedDict):
    """A domain of mail; `name` is its ASCII form, `display_name` the one that people read."""

    id: "str"
    name: "str"
    display_name: "str"
    organisation: "str"
    state: "str"
    ownership: "Ownership"
    created_at: "str"
    verified_at: "str | None"
    suspended_by: "str | None"
    suspended_at: "str | None"
    publishing: "str"


class DomainChange(TypedDict):
    """How the records are published: as they are, or as CNAMEs to names that we keep."""

    publishing: "str"


class DomainRow(TypedDict):
    """A domain name, in any spelling, and the organisation that it is for."""

    name: "str"
    organisation: "str"


class Event(TypedDict):
    """Something that happened; a webhook tells it with the same id, type and data."""

    id: "str"
    type: "str"
    timestamp: "str"
    data: "Mapping[str, Any]"


class Fault(TypedDict):
    """One of several things that are wrong."""

    pointer: "str"
    code: "str"
    detail: "str"


class HandOver(TypedDict):
    """An offer of a domain; `side` says whether the caller's reseller gives or receives it."""

    id: "str"
    domain: "str"
    domain_name: "str"
    side: "str"
    state: "str"
    offered_at: "str"
    expires_at: "str"
    ended_at: "str | None"


class HandOverRead(TypedDict):
    """The offer, with what would move; null when it is over."""

    id: "str"
    domain: "str"
    domain_name: "str"
    side: "str"
    state: "str"
    offered_at: "str"
    expires_at: "str"
    ended_at: "str | None"
    moves: "Moves | None"


class Hold(TypedDict):
    """A hold that stands; `by` says who placed it, and alone lifts it."""

    id: "str"
    object: "str"
    on: "str"
    name: "str"
    kind: "str"
    scopes: "Sequence[str]"
    by: "str"
    reason: "str"
    since: "str"
    until: "str | None"


class Intake(TypedDict):
    """How many reports came in the time they are kept: counted, not used, and by how many senders."""

    counted: "int"
    unused: "int"
    reporters: "int"
    last_at: "str | None"


class Invitation(TypedDict):
    """Where the link goes; where it went before when no address is given."""

    invite: "NotRequired[str]"


class Invoice(TypedDict):
    """An invoice's head."""

    id: "str"
    number: "str"
    currency: "str"
    total_minor: "int"
    provider: "str"
    period: "Period"
    issued_at: "str"


class Item(TypedDict):
    """An item; `n` is its row, counted from 0, and `made` the id of what it made."""

    n: "int"
    item: "str"
    state: "str"
    made: "str | None"
    error: "ItemError | None"


class ItemError(TypedDict):
    """Why an item could not be done."""

    code: "str"
    detail: "str"
    field: "str | None"


class Job(TypedDict):
    """A job; `done` and `failed` count its items, `reason` says why it was cancelled."""

    id: "str"
    kind: "str"
    state: "str"
    reason: "str | None"
    dry_run: "bool"
    total: "int"
    done: "int"
    failed: "int"
    created_at: "str"
    started_at: "str | None"
    ended_at: "str | None"


class Key(TypedDict):
    """An API key; its secret is told only when it is made or rotated."""

    id: "str"
    name: "str"
    begins_with: "str"
    scopes: "Sequence[str]"
    organisation: "str | None"
    domain: "str | None"
    networks: "Sequence[str]"
    made_by: "str | None"
    created_at: "str"
    expires_at: "str | None"
    revoked_at: "str | None"
    last_used_at: "str | None"
    last_used_from: "str | None"
    old_secret_until: "str | None"


class KeyTold(TypedDict):
    """A key with its secret; a repeat by Idempotency-Key says null in its place."""

    id: "str"
    name: "str"
    begins_with: "str"
    scopes: "Sequence[str]"
    organisation: "str | None"
    domain: "str | None"
    networks: "Sequence[str]"
    made_by: "str | None"
    created_at: "str"
    expires_at: "str | None"
    revoked_at: "str | None"
    last_used_at: "str | None"
    last_used_from: "str | None"
    old_secret_until: "str | None"
    secret: "str | None"


class Line(TypedDict):
    """The sum of one meter for one organisation."""

    n: "int"
    organisation: "str | None"
    meter: "str"
    quantity: "str"
    unit_price_minor: "str"
    amount_minor: "int"


class MailHost(TypedDict):
    """What mail programs are told, and how far a name of one's own is."""

    kind: "str"
    state: "str"
    name: "str | None"
    told: "str"
    record: "Cname | None"
    looked_for_until: "str | None"
    instruction: "str"


class MailHosts(TypedDict):
    """One of each kind."""

    data: "Sequence[MailHost]"


class Mailbox(TypedDict):
    """A mailbox; the owner of a suspended one is kept out, mail still arrives."""

    id: "str"
    address: "str"
    domain: "str"
    display_name: "str"
    state: "str"
    quota_bytes: "int"
    invite: "str | None"
    invitation_expires_at: "str | None"
    created_at: "str"


class MailboxChange(TypedDict):
    """What is given is changed."""

    display_name: "NotRequired[str]"
    quota_bytes: "NotRequired[int]"
    password: "NotRequired[str]"


class MailboxRow(TypedDict):
    """An address of a verified domain, and its owner's first password or an address to invite."""

    address: "str"
    password: "NotRequired[str]"
    invite: "NotRequired[str]"
    display_name: "NotRequired[str]"


class Me(TypedDict):
    """The key that asks: its rights, and the organisation and domain that it is kept to."""

    key: "OwnKey"
    scopes: "Sequence[str]"
    organisation: "str | None"
    domain: "str | None"


class Member(TypedDict):
    """A person of the reseller, or of one of its organisations alone."""

    id: "str"
    email: "str"
    name: "str"
    role: "str"
    organisation: "str | None"
    state: "str"
    is_active: "bool"
    created_at: "str"
    invitation_expires_at: "str | None"
    last_login_at: "str | None"


class MemberChange(TypedDict):
    """What is given is changed."""

    role: "NotRequired[str]"
    name: "NotRequired[str]"
    is_active: "NotRequired[bool]"


class Message(TypedDict):
    """A message as its sender sees it; its content is not shown."""

    id: "str"
    message_id: "str"
    reference: "str"
    stream: "str"
    sender: "str"
    from_domain: "str"
    return_path: "str"
    size: "int"
    accepted_at: "str"
    recipients: "Sequence[Recipient]"


class MessageListed(TypedDict):
    """A message with its first ten recipients; read it for all, and their tries."""

    id: "str"
    message_id: "str"
    reference: "str"
    stream: "str"
    sender: "str"
    from_domain: "str"
    return_path: "str"
    size: "int"
    accepted_at: "str"
    recipient_count: "int"
    recipients: "Sequence[Standing]"


class MeterUsed(TypedDict):
    """A meter; `amount_minor` in whole cents."""

    meter: "str"
    quantity: "str"
    unit_price_minor: "str"
    amount_minor: "int"
    currency: "str"


class Moves(TypedDict):
    """What goes with a domain, and what stands against it."""

    mailboxes: "int"
    aliases: "int"
    dkim_keys: "int"
    lacking: "Sequence[str]"
    blocked_by: "Sequence[str]"


class NewAlias(TypedDict):
    """Domain, local part (`*` for all that are no others) and the mailboxes that it leads to."""

    domain: "str"
    local_part: "str"
    targets: "Sequence[str]"


class NewAppPassword(TypedDict):
    """What it is for, what it opens, and until when."""

    name: "str"
    scopes: "NotRequired[Sequence[str]]"
    expires_at: "NotRequired[str | None]"


class NewAttachment(TypedDict):
    """A file; one with a `content_id` is shown in the HTML by `cid:`."""

    filename: "str"
    content: "str"
    content_type: "NotRequired[str | None]"
    content_id: "NotRequired[str | None]"


class NewBatch(TypedDict):
    """Up to 1,000 messages in one request, each taken or refused on its own merits."""

    messages: "Sequence[NewMessage]"


class NewDnsCredential(TypedDict):
    """Whose zones it writes, how, and what that needs."""

    organisation: "str"
    kind: "str"
    provider: "NotRequired[str]"
    settings: "Mapping[str, Any]"


class NewDnsPlan(TypedDict):
    """The credential to write with, and the purposes for which strangers' records go."""

    credential: "NotRequired[str]"
    replace: "NotRequired[Sequence[str]]"


class NewDomain(TypedDict):
    """A domain name, in any spelling, and the organisation that it is for."""

    name: "str"
    organisation: "str"


class NewHandOver(TypedDict):
    """The offer, with the code that is told only here; null when the taker was named, and in a repeat."""

    id: "str"
    domain: "str"
    domain_name: "str"
    side: "str"
    state: "str"
    offered_at: "str"
    expires_at: "str"
    ended_at: "str | None"
    code: "str | None"


class NewHold(TypedDict):
    """What is held of a domain (`dom_…`) or a mailbox (`mbx_…`), and why; until it is lifted."""

    object: "str"
    kind: "str"
    scopes: "Sequence[str]"
    reason: "str"
    until: "NotRequired[str | None]"


class NewKey(TypedDict):
    """What the key is for, what it may do, where and for how long."""

    name: "str"
    scopes: "Sequence[str]"
    organisation: "NotRequired[str | None]"
    domain: "NotRequired[str | None]"
    networks: "NotRequired[Sequence[str]]"
    expires_at: "NotRequired[str | None]"


class NewMailHost(TypedDict):
    """`imap` is for IMAP and POP3, `smtp` for submission."""

    kind: "str"
    name: "str"


class NewMailbox(TypedDict):
    """Domain, local part and the owner's first password, or an address elsewhere to invite."""

    domain: "str"
    local_part: "str"
    password: "NotRequired[str]"
    invite: "NotRequired[str]"
    display_name: "NotRequired[str]"


class NewMark(TypedDict):
    """A source's name, and whether it is the domain's own; null takes back what was said."""

    name: "str"
    known: "bool | None"


class NewMember(TypedDict):
    """Whom to invite, and as what; into one organisation, or to the whole reseller."""

    email: "str"
    role: "str"
    name: "NotRequired[str]"
    organisation: "NotRequired[str | None]"


NewMessage = Mapping[str, Any]


class NewMode(TypedDict):
    """What senders are asked to do when TLS to us fails."""

    mode: "str"


class NewOffer(TypedDict):
    """The taker's portal, such as `acme.example.net`; without it a code is made."""

    to: "NotRequired[str]"


class NewOrganisation(TypedDict):
    """What a client needs to exist."""

    name: "str"
    contact_email: "NotRequired[str]"


class NewPolicy(TypedDict):
    """What receivers are asked to do with mail that fails."""

    policy: "str"


class NewSuppression(TypedDict):
    """An address; for how much of the mail, until when, and a note for whoever asks."""

    address: "str"
    stream: "NotRequired[str]"
    note: "NotRequired[str]"
    until: "NotRequired[str | None]"


class NewWebhook(TypedDict):
    """Where events go, and which; without `events` all but those of each accepted message."""

    url: "str"
    events: "NotRequired[Sequence[str]]"
    description: "NotRequired[str]"


class NextMode(TypedDict):
    """The next mode and whether it may be served; `failing_share` of sessions since the last change."""

    mode: "str | None"
    verdict: "str"
    code: "str"
    sentence: "str"
    failing_share: "float | None"


class NextStep(TypedDict):
    """The next policy, whether it may be published, and what would fail in a week if it were."""

    policy: "str | None"
    verdict: "str"
    code: "str"
    sentence: "str"
    consequence: "str"
    messages: "int"
    passing_share: "float | None"
    failing_sources: "Sequence[str]"
    undecided_sources: "Sequence[str]"
    failing_per_week: "int"
    forged_per_week: "int"


class Organisation(TypedDict):
    """A client of the reseller; the contact, '' without one, is mailed when its DNS breaks."""

    id: "str"
    name: "str"
    contact_email: "str"
    created_at: "str"


class OrganisationChange(TypedDict):
    """What is given is changed; an empty address takes the contact away."""

    name: "NotRequired[str]"
    contact_email: "NotRequired[str]"


class OwnKey(TypedDict):
    """A key, without its secret."""

    id: "str"
    name: "str"
    created_at: "str"
    expires_at: "str | None"


class Ownership(TypedDict):
    """The record that proves that a domain is the reseller's."""

    name: "str"
    type: "str"
    value: "str"
    prove_by: "str | None"


class Pause(TypedDict):
    """A pause that stands: by the reseller, the operator, or what receivers say (signals)."""

    by: "str"
    reason: "str"
    since: "str"
    until: "str | None"


class Period(TypedDict):
    """The span of time that an invoice covers."""

    starts_at: "str"
    ends_at: "str"


class PlanLeft(TypedDict):
    """Values that stay as they are, and why."""

    purpose: "str"
    name: "str"
    type: "str"
    values: "Sequence[str]"
    code: "str"
    sentence: "str"


class PlanWarning(TypedDict):
    """What should be known before."""

    purpose: "str"
    code: "str"
    values: "Sequence[str]"
    sentence: "str"


class PlannedSet(TypedDict):
    """Values that stand at a name."""

    name: "str"
    type: "str"
    values: "Sequence[str]"
    ttl: "int"


class PlannedStep(TypedDict):
    """A value to add or to remove; `done`: the zone shows it so."""

    add: "bool"
    purpose: "str"
    name: "str"
    type: "str"
    value: "str"
    ttl: "int"
    done: "bool"


class Problem(TypedDict):
    """Why it was not done (RFC 9457); programs look at `code`, which does not change."""

    type: "str"
    title: "str"
    status: "int"
    detail: "str"
    code: "str"
    instance: "str"
    request_id: "str"
    errors: "NotRequired[Sequence[Fault]]"


class Recipient(TypedDict):
    """Where a recipient stands: `state` as in the ledger, or held; with the tries so far."""

    address: "str"
    state: "str"
    reason: "str | None"
    held_until: "str | None"
    next_try_at: "str | None"
    expires_at: "str | None"
    ended_at: "str | None"
    attempts: "Sequence[Attempt]"


class Record(TypedDict):
    """One counted fact of the ledger; `key` is unique."""

    id: "str"
    meter: "str"
    quantity: "str"
    organisation: "str | None"
    occurred_at: "str"
    recorded_at: "str"
    key: "str"
    subject: "str"


class RecordRow(TypedDict):
    """A record to publish with its last verdict and one sentence on what to do."""

    purpose: "str"
    name: "str"
    type: "str"
    value: "str"
    priority: "int | None"
    ttl: "int"
    need: "str"
    verdict: "str"
    code: "str"
    found: "Sequence[str]"
    said: "Sequence[ServerAnswer]"
    instruction: "str"
    since: "str | None"
    checked_at: "str | None"


class Records(TypedDict):
    """What to publish, each with its last verdict, and how the last update ended."""

    data: "Sequence[RecordRow]"
    dns_update: "DnsUpdateStatus | None"


class Rotation(TypedDict):
    """For how many hours the secret of now stays good."""

    overlap_hours: "NotRequired[int]"


class ServerAnswer(TypedDict):
    """What some of a domain's name servers say alike; `failure` where they say nothing of use."""

    servers: "Sequence[str]"
    values: "Sequence[str]"
    alias: "str"
    failure: "str"


class Source(TypedDict):
    """A sender in the domain's name: `ours`, a service, a domain or an address."""

    name: "str"
    group: "str"
    known: "bool | None"
    messages: "int"
    aligned: "int"
    forwarded: "int"
    failing: "int"
    days: "int"
    last_on: "str"
    addresses: "Sequence[str]"


class Sources(TypedDict):
    """The largest senders in a domain's name, the largest first."""

    data: "Sequence[Source]"


class Standing(TypedDict):
    """A recipient and where it stands."""

    address: "str"
    state: "str"
    reason: "str | None"
    ended_at: "str | None"


class Stream(TypedDict):
    """A kind of mail that is queued and counted apart; a paused one's mail is kept until it expires."""

    name: "str"
    state: "str"
    reason: "str | None"
    since: "str | None"
    until: "str | None"
    pauses: "Sequence[Pause]"
    days: "Sequence[Day]"


class StreamPause(TypedDict):
    """Why the stream is to stand still, and until when; without an end until it is resumed."""

    reason: "str"
    until: "NotRequired[str | None]"


class Streams(TypedDict):
    """All streams."""

    data: "Sequence[Stream]"


class Suppression(TypedDict):
    """An address that gets no mail; of one stream, or of any when `stream` is null."""

    id: "str"
    address: "str"
    stream: "str | None"
    reason: "str"
    note: "str"
    created_at: "str"
    until: "str | None"


class Taken(TypedDict):
    """What became of a posted message: its copies, or the error that kept it out."""

    index: "int"
    reference: "NotRequired[str]"
    recipients: "NotRequired[Sequence[Copy]]"
    error: "NotRequired[Fault]"


class TakenMessages(TypedDict):
    """An entry for each message, in their order."""

    data: "Sequence[Taken]"


class Taking(TypedDict):
    """The organisation that the domain is for from now on."""

    organisation: "str"


class TlsDay(TypedDict):
    """Sessions of one day that went well, and that failed."""

    day: "str"
    good: "int"
    failed: "int"


class TlsFailure(TypedDict):
    """Sessions that failed alike (RFC 8460 §4.3); `mx_host` is '' where the report names none."""

    policy_type: "str"
    result: "str"
    mx_host: "str"
    count: "int"


class TlsReports(TypedDict):
    """The MTA-STS mode, the next step, and the sessions of four weeks: days, and what failed."""

    mode: "str"
    changed_at: "str | None"
    next_step: "NextMode"
    reports: "Intake"
    days: "Sequence[TlsDay]"
    failures: "Sequence[TlsFailure]"


class Try(TypedDict):
    """One request to the receiver: its status, or why there is none."""

    at: "str"
    status: "int | None"
    milliseconds: "int"
    error: "str"
    answer: "str"


Usage = Mapping[str, Any]


class Webhook(TypedDict):
    """An endpoint that events go to."""

    id: "str"
    url: "str"
    events: "Sequence[str]"
    description: "str"
    is_enabled: "bool"
    disabled_for: "str | None"
    created_at: "str"
    last_success_at: "str | None"
    failing_since: "str | None"
    old_secret_until: "str | None"


class WebhookChange(TypedDict):
    """What is to be different."""

    url: "NotRequired[str]"
    events: "NotRequired[Sequence[str]]"
    description: "NotRequired[str]"
    is_enabled: "NotRequired[bool]"


class WebhookWithSecret(TypedDict):
    """An endpoint and its secret, which is told once: null when the answer is replayed."""

    id: "str"
    url: "str"
    events: "Sequence[str]"
    description: "str"
    is_enabled: "bool"
    disabled_for: "str | None"
    created_at: "str"
    last_success_at: "str | None"
    failing_since: "str | None"
    old_secret_until: "str | None"
    secret: "str | None"


class WholeInvoice(TypedDict):
    """An invoice with its lines."""

    id: "str"
    number: "str"
    currency: "str"
    total_minor: "int"
    provider: "str"
    period: "Period"
    issued_at: "str"
    lines: "Sequence[Line]"


class ZoneFile(TypedDict):
    """A zone file's name and text."""

    name: "str"
    text: "str"
