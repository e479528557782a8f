"""A domain's keys as rows: both halves are made, moved and destroyed in one transaction."""

from collections.abc import Iterable, Mapping, Sequence

from kernel import clock
from mailcore.directory import services as directory
from mailcore.directory.states import KeyState
from mailcore.domains.key_life import SLOTS, Key
from mailcore.domains.models import DkimKey, Domain
from mailcore.protocol import dkim_keys
from mailcore.protocol.dkim_keys import KeyPair

#: So many looks in a row must miss a key before we stop signing with it: one may be a mishap.
STOP_SIGNING_AFTER = 3


def make_pairs(selectors: Iterable[str]) -> dict[str, KeyPair]:
    """Selector → a new key pair; RSA takes about a tenth of a second, so hold no lock."""
    return {selector: dkim_keys.make(SLOTS[selector]) for selector in selectors}


def add_keys(domain: Domain, pairs: Mapping[str, KeyPair], *, is_reuse: bool = False) -> None:
    """Keep new pairs, to be published; `is_reuse`: other keys may have stood at these names."""
    now = clock.now()
    for selector, pair in pairs.items():
        key_id = directory.add_signing_key(domain=domain.name, selector=selector, pair=pair)
        DkimKey.objects.create(
            public_id=key_id,
            domain=domain,
            selector=selector,
            algorithm=pair.algorithm,
            public_key=pair.public,
            since=now,
            created_at=now,
            is_reuse=is_reuse,
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
