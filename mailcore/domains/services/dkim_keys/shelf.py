"""A domain's keys as rows: both halves are made, moved and destroyed in one transaction."""

from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings

from kernel import clock
from mailcore.directory import services as directory
from mailcore.directory.states import KeyState
from mailcore.domains.key_life import SLOTS, Key
from mailcore.domains.models import DkimKey, Domain
from mailcore.protocol import dkim_keys
from mailcore.protocol.dkim_keys import KeyPair, SealedPair

#: So many looks in a row must miss a key before we stop signing with it: one may be a mishap.
STOP_SIGNING_AFTER = 3


def make_pairs(selectors: Iterable[str]) -> dict[str, KeyPair]:
    """Selector → a new key pair; RSA takes about a tenth of a second, so hold no lock."""
    return {selector: dkim_keys.make(SLOTS[selector]) for selector in selectors}


def store_key() -> bool:
    """Make an RSA pair for a domain to come; False when there are enough. As role worker."""
    if directory.count_spares() >= settings.SPARE_KEYS:
        return False
    directory.keep_spare(dkim_keys.make(dkim_keys.RSA))
    return True


def take_pairs(selectors: Sequence[str]) -> dict[str, KeyPair | SealedPair]:
    """The same out of the store as far as it reaches: in the transaction that keeps them."""
    wanted = [selector for selector in selectors if SLOTS[selector] == dkim_keys.RSA]
    spares = dict(zip(wanted, directory.take_spares(len(wanted)), strict=False))
    return spares | make_pairs([selector for selector in selectors if selector not in spares])


def add_keys(
    domain: Domain, pairs: Mapping[str, KeyPair | SealedPair], *, is_reuse: bool = False
) -> None:
    """Keep new pairs, to be published; `is_reuse`: other keys may have stood at these names."""
    now = clock.now()
    key_ids = directory.add_signing_keys(domain.name, pairs)
    DkimKey.objects.bulk_create(
        DkimKey(
            public_id=key_ids[selector],
            domain=domain,
            selector=selector,
            algorithm=pair.algorithm,
            public_key=pair.public,
            since=now,
            created_at=now,
            is_reuse=is_reuse,
        )
        for selector, pair in pairs.items()
    )


def as_key(row: DkimKey) -> Key:
    """What decides of it."""
    return Key(
        id=row.public_id,
        selector=row.selector,
        algorithm=row.algorithm,
        state=row.state,
        since=row.since,
        signing_at=row.signing_at,
        revoked_at=row.revoked_at,
        shown_at=row.shown_at,
        is_lost=row.missed >= STOP_SIGNING_AFTER,
        is_reuse=row.is_reuse,
    )


def store(rows: Sequence[DkimKey], keys: Iterable[Key]) -> bool:
    """Write what has changed of the rows; whether what DNS should show has changed with it."""
    after = {key.id: key for key in keys}
    is_shown_otherwise = False
    for row in rows:
        key = after.get(row.public_id)
        if key is None:
            row.delete()
            is_shown_otherwise = True
        elif key != as_key(row):
            is_shown_otherwise |= key.revoked_at != row.revoked_at
            _move(row, key)
    return is_shown_otherwise


def _move(row: DkimKey, key: Key) -> None:
    if key.state != row.state and key.state == KeyState.RETIRED:
        directory.destroy_signing_key(key.id)
    elif key.state != row.state:
        directory.set_key_state(key.id, state=key.state)
    row.state, row.since, row.signing_at = key.state, key.since, key.signing_at
    row.revoked_at, row.shown_at = key.revoked_at, key.shown_at
    row.save(update_fields=["state", "since", "signing_at", "revoked_at", "shown_at"])
