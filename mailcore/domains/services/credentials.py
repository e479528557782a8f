"""Keys to write zones with: kept sealed, tested, removed."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from kernel import clock, ids, keys
from kernel.actor import Actor, authorise
from kernel.dns import names
from kernel.outbox import audit
from kernel.tenancy import current_reseller_id
from mailcore.domains import selectors
from mailcore.domains.errors import InvalidDnsCredential, TooManyDnsCredentials
from mailcore.domains.models import DnsCredential
from mailcore.domains.services.asking import asking
from mailcore.domains.services.editors import editor_of, is_address
from mailcore.domains.states import CredentialKind
from mailcore.zones import services as zones
from mailcore.zones.adapters.providers import PROVIDERS
from mailcore.zones.ports import ZoneBusy, ZoneEditor, ZoneRefused
from tenants.organisations import selectors as organisations

ALGORITHMS = ("hmac-sha256", "hmac-sha384", "hmac-sha512")
#: An agency may have a key for each zone of many; this stops programs that run wild.
_MOST = 2000
_LONGEST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was handed in, checked: what may be shown, and the secret."""

    kind: str
    provider: str
    shown: dict[str, object]
    secret: bytes


@transaction.atomic
def add_credential(
    *,
    actor: Actor,
    organisation_id: UUID,
    kind: str,
    provider: str = "",
    settings: Mapping[str, str],
) -> DnsCredential:
    """Keep a key for an organisation's zones.

    Raises NotAllowed, NotFound (organisation), InvalidDnsCredential, TooManyDnsCredentials.
    """
    authorise(actor, "domains.write")
    organisation = organisations.get_organisation(organisation_id, organisation=actor.organisation)
    try:
        given = read(kind=kind, provider=provider, settings=settings)
    except InvalidDnsCredential as error:
        field = error.detail["field"]
        if field == "provider":
            raise
        # The setting stands one level down in what was handed in.
        raise InvalidDnsCredential(field=f"settings/{field}") from error
    return store(given, organisation_id=organisation.public_id, actor=actor)


def store(given: Given, *, organisation_id: UUID, actor: Actor) -> DnsCredential:
    """A new row; raises TooManyDnsCredentials."""
    if selectors.list_credentials(organisation_id=organisation_id).count() >= _MOST:
        raise TooManyDnsCredentials
    public_id = ids.uuid7()
    credential = DnsCredential.objects.create(
        public_id=public_id,
        organisation_id=organisation_id,
        kind=given.kind,
        provider=given.provider,
        settings=given.shown,
        sealed_secret=seal(given, public_id=public_id),
    )
    shown = {"kind": given.kind, "provider": given.provider, **given.shown}
    audit("dns_credential.added", subject=credential.reference, actor=actor, data=shown)
    return credential


def seal(given: Given, *, public_id: UUID) -> bytes:
    """The secret as it is stored."""
    return keys.seal_for(current_reseller_id(), plain=given.secret, context=public_id.bytes)


def unseal(credential: DnsCredential) -> bytes:
    """The secret as it was handed in."""
    sealed = bytes(credential.sealed_secret)
    return keys.unseal_record(sealed, context=credential.public_id.bytes)


@transaction.atomic
def remove_credential(*, actor: Actor, credential_id: UUID) -> None:
    """Forget a key; what was written with it stays. Raises NotAllowed, NotFound."""
    authorise(actor, "domains.write")
    credential = selectors.get_credential(credential_id, organisation_id=actor.organisation)
    audit("dns_credential.removed", subject=credential.reference, actor=actor)
    zones.drop_credential(credential_id=credential_id)
    credential.delete()


def check_credential(
    *, actor: Actor, credential_id: UUID, domain_id: UUID, editor: ZoneEditor | None = None
) -> DnsCredential:
    """Try a credential out and note how it ended; raises like `try_credential`."""
    code = try_credential(
        actor=actor, credential_id=credential_id, domain_id=domain_id, editor=editor
    )
    return note_test(actor=actor, credential_id=credential_id, code=code)


def try_credential(
    *, actor: Actor, credential_id: UUID, domain_id: UUID, editor: ZoneEditor | None = None
) -> str:
    """Ask the server whether it would let us write the domain's zone: `ok`, or the code of why not.

    Nothing is written. Blocks up to 20 s, so no transaction may be open. Raises NotAllowed,
    NotFound, TooManyRequests.
    """
    authorise(actor, "domains.write")
    domain = selectors.get_seen(domain_id, actor=actor)
    credential = selectors.get_credential(credential_id, organisation_id=domain.organisation_id)
    try:
        with asking():
            editor = editor or editor_of(credential)
            editor.try_out(editor.zone_of(domain.name))
    except (ZoneBusy, ZoneRefused) as error:
        return error.code
    return "ok"


def note_test(*, actor: Actor, credential_id: UUID, code: str) -> DnsCredential:
    """Keep how a test ended; raises NotAllowed, and NotFound when the credential is gone since."""
    authorise(actor, "domains.write")
    seen = selectors.list_credentials(organisation_id=actor.organisation)
    seen.filter(public_id=credential_id).update(tested_code=code, tested_at=clock.now())
    return selectors.get_credential(credential_id, organisation_id=actor.organisation)


def read(*, kind: str, provider: str, settings: Mapping[str, str]) -> Given:
    """Check what was handed in; raises InvalidDnsCredential, naming the setting."""
    if kind == CredentialKind.RFC2136:
        return _read_key(settings)
    return _read_provider(provider, settings)


def _read_key(given: Mapping[str, str]) -> Given:
    known = ("server", "port", "key_name", "algorithm", "secret")
    _only(given, known)
    shown: dict[str, object] = {
        "server": _server(given.get("server", "")),
        "port": _port(given.get("port", "53")),
        "key_name": _name(given.get("key_name", ""), field="key_name"),
        "algorithm": _algorithm(given.get("algorithm", ALGORITHMS[0])),
    }
    secret = _secret(given.get("secret", ""))
    return Given(kind=CredentialKind.RFC2136, provider="", shown=shown, secret=secret)


def _read_provider(name: str, given: Mapping[str, str]) -> Given:
    provider = PROVIDERS.get(name)
    if provider is None:
        raise InvalidDnsCredential(field="provider", allowed=sorted(PROVIDERS))
    _only(given, [one.name for one in provider.fields])
    for one in provider.fields:
        value = given.get(one.name, "")
        # Header fields and paths are made of these.
        if (one.is_required and not value) or not (value.isascii() and value.isprintable()):
            raise InvalidDnsCredential(field=f"{one.name}")
        if len(value) > _LONGEST or " " in value:
            raise InvalidDnsCredential(field=f"{one.name}")
        if one.choices and value not in one.choices:
            raise InvalidDnsCredential(field=f"{one.name}", allowed=list(one.choices))
    secret = {f.name: given[f.name] for f in provider.fields if f.is_secret and given.get(f.name)}
    shown: dict[str, object] = {
        f.name: given[f.name] for f in provider.fields if not f.is_secret and given.get(f.name)
    }
    plain = json.dumps(secret).encode()
    return Given(kind=CredentialKind.LEXICON, provider=name, shown=shown, secret=plain)


def _only(given: Mapping[str, str], known: tuple[str, ...] | list[str]) -> None:
    for name in given:
        if name not in known:
            raise InvalidDnsCredential(field=f"{name[:50]}", allowed=list(known))


def _server(text: str) -> str:
    return text if is_address(text) else _name(text, field="server")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 5 or not 1 <= int(text) <= 65_535:
        raise InvalidDnsCredential(field="port")
    return int(text)


def _name(text: str, *, field: str) -> str:
    try:
        return names.normalise(text)
    except names.InvalidName as error:
        raise InvalidDnsCredential(field=f"{field}") from error


def _algorithm(text: str) -> str:
    algorithm = text.lower().removesuffix(".")
    if algorithm not in ALGORITHMS:
        raise InvalidDnsCredential(field="algorithm", allowed=list(ALGORITHMS))
    return algorithm


def _secret(text: str) -> bytes:
    try:
        raw = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidDnsCredential(field="secret") from error
    if not 8 <= len(raw) <= 512:
        raise InvalidDnsCredential(field="secret")
    return text.strip().encode()
