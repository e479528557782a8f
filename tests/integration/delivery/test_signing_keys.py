"""What an engine signs with follows the directory within seconds, and is read once."""

import asyncio
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from kernel import crypto
from kernel.tenancy import in_schema
from mailcore.delivery import signing
from mailcore.delivery.engine.store import open_pool
from mailcore.delivery.keyring import Keyring
from mailcore.delivery.signing import NoSigningKey, SigningKeys
from mailcore.directory import services as directory
from mailcore.directory.states import KeyState
from mailcore.protocol import dkim, dkim_keys
from tests.waiting import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)
DOMAIN = "client.test"


def add(selector: str, state: str) -> object:
    pair = dkim_keys.make(dkim_keys.ED25519)
    return directory.add_signing_keys(DOMAIN, {selector: pair}, state=state)[selector]


async def follow(reseller_id: object, *steps: tuple[object, set[str]]) -> None:
    """Take each step, and wait until both engines sign with just these selectors."""
    pool = open_pool(settings.DSN("signer"), name="signer", size=1)
    await pool.open()
    master = crypto.master_key(Path(settings.MASTER_KEY_FILE))
    engines = [SigningKeys(pool, keyring=Keyring(master=master)) for _ in range(2)]
    try:
        for step, expected in steps:
            await asyncio.to_thread(step)
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until:
                found = [await _selectors(engine, reseller_id) for engine in engines]
                if found == [expected] * 2:
                    break
                await asyncio.sleep(0.05)
            assert found == [expected] * 2
    finally:
        await pool.close()


async def _selectors(engine: SigningKeys, reseller_id: object) -> set[str]:
    try:
        signers = await engine.signers(DOMAIN, reseller_id=reseller_id, is_system=False)
    except NoSigningKey:
        return set()
    return {signer.selector for signer in signers}


def test_a_switch_reaches_every_engine_and_no_key_is_opened_twice(acme, monkeypatch) -> None:
    first, second = add("e1", KeyState.ACTIVE), add("e2", KeyState.PENDING)
    opened, load = [], dkim.load_key
    monkeypatch.setattr(signing, "FRESH", 0.2)
    monkeypatch.setattr(dkim, "load_key", lambda plain: opened.append(plain) or load(plain))

    def in_acme(*calls):

        def run() -> None:
            with in_schema(acme.reseller.schema_name):
                for call in calls:
                    call()
            connection.close()  # of this thread

        return run

    switch = in_acme(
        lambda: directory.set_key_state(first, state=KeyState.RETIRING),
        lambda: directory.set_key_state(second, state=KeyState.ACTIVE),
    )
    asyncio.run(
        follow(
            acme.reseller.public_id,
            (lambda: None, {"e1"}),
            (lambda: time.sleep(0.5), {"e1"}),
            (switch, {"e2"}),
            (in_acme(lambda: directory.destroy_signing_key(second)), set()),
        )
    )
    assert len(opened) == 4, "two keys, two engines"
    assert signing.FRESH < 5
