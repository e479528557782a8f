"""Providers' interfaces: keys, limits, pages, and what is known when one fails half-way."""

import logging
import re
import traceback
from collections.abc import Callable
from copy import deepcopy

import pytest

from mailcore.protocol.dns_zone import Change
from mailcore.zones.adapters.providers import PROVIDERS
from mailcore.zones.ports import ZoneBusy, ZoneRefused
from mailcore.zones.services import write
from tests.contract.dns.fakes.served import FAKES, at_provider, wrong_keys
from tests.contract.dns.test_zone_editor import WANTED, Z, put, values

pytestmark = pytest.mark.contract


def test_each_provider_has_a_fake() -> None:
    assert sorted(FAKES) == sorted(PROVIDERS)
    for name, fake in FAKES.items():
        assert set(fake.fields) == {one.name for one in PROVIDERS[name].fields}


def code_of(ask: Callable[[], object]) -> str:
    """Why something is refused."""
    with pytest.raises((ZoneBusy, ZoneRefused)) as caught:
        ask()
    return str(caught.value.code)


def test_why_a_key_does_not_open_the_zone_is_told(provider, account) -> None:
    unknown = at_provider(provider, account, **wrong_keys(provider))
    assert code_of(lambda: unknown.read(Z, [(Z, "TXT")])) == "provider.bad_key"
    assert code_of(lambda: unknown.zone_of(f"mail.{Z}")) == "provider.bad_key"
    zone = at_provider(provider, account)
    assert code_of(lambda: zone.zone_of("mail.other.test")) == "provider.not_zone"
    assert code_of(lambda: zone.read("other.test", [])) == "provider.not_zone"
    account.rights = provider == "netcup"  # its keys have no rights of their own
    if not account.rights:
        assert code_of(lambda: zone.try_out(Z)) == "provider.no_right"


def test_no_secret_is_told(provider, account, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    zone, unknown = (
        at_provider(provider, account),
        at_provider(provider, account, **wrong_keys(provider)),
    )
    told = repr((zone, unknown))
    for status in (500, 400, 302):
        account.failures = [("write", status, {"Location": "http://127.77.199.8:1/"})]
        for editor in (zone, unknown):
            with pytest.raises((ZoneBusy, ZoneRefused)) as caught:
                put(editor, Z, "TXT", f"note-{status}")
            told += "".join(traceback.format_exception(caught.value))
    secrets = {
        FAKES[provider].fields[one.name] for one in PROVIDERS[provider].fields if one.is_secret
    }
    assert not [one for one in (*secrets, "wrong.key") if one in told + caplog.text]


def test_no_cookie_goes_from_one_customer_to_the_next(provider, account) -> None:
    for _ in range(2):
        at_provider(provider, account).try_out(Z)
    assert account.cookies == []


def test_a_provider_that_fails_is_told_from_one_that_refuses(provider, account, caplog) -> None:
    zone = at_provider(provider, account)
    account.failures = [("write", 429, {"Retry-After": "70"})]
    with pytest.raises(ZoneBusy) as caught:
        put(zone, Z, "TXT", "note")
    assert (caught.value.code, caught.value.wait) == ("provider.rate_limited", 70)
    account.failures = [("read", 502, {})]
    assert code_of(lambda: zone.try_out(Z)) == "provider.failed"
    account.failures = [("read", 200, {})] * 4
    assert code_of(lambda: zone.try_out(Z)) == "provider.malformed"
    # Where it was not understood is told to us, and nothing of what was said.
    (line,) = [
        one.getMessage() for one in caplog.records if one.name.endswith("providers.refusals")
    ]
    assert re.fullmatch(rf"{provider} is not understood: [A-Z]\w+Error at [\w.: ]+", line)
    assert f"{provider}.py:" in line
    account.failures = [("read", 200, {"Content-Type": "text/html"})] * 4
    account.after = int(provider == "ovh")  # the time
    assert code_of(lambda: zone.try_out(Z)) == "provider.malformed"
    assert "for people" not in caplog.text
    account.failures.clear()
    for kind in ("read", "write"):  # redirections are not followed
        account.failures = [(kind, 302, {"Location": f"{account.url}/elsewhere"})]
        assert code_of(lambda: put(zone, Z, "TXT", "note")) == "provider.refused"
    assert not [path for _, path in account.asked if path.endswith("elsewhere")]
    account.url = account.url.replace("127.77.199.8", "127.77.199.9")
    away = at_provider(provider, account)
    assert code_of(lambda: away.try_out(Z)) == "provider.unreachable"


def test_what_was_done_before_a_refusal_is_known(provider, account) -> None:
    account.failures, account.after = [("write", 422, {})], 2
    with pytest.raises(ZoneRefused) as caught:
        write(at_provider(provider, account), WANTED, ours=[])
    assert caught.value.code == "provider.refused"
    assert len(caught.value.done) == 2
    zone = at_provider(provider, account)
    assert all(change.value in values(zone, *change.place) for change in caught.value.done)


def test_every_page_is_read_and_strangers_values_stay_to_the_letter(provider, account) -> None:
    zone = at_provider(provider, account)
    put(zone, Z, "TXT", *(f"note-{n}" for n in range(13)))
    theirs = deepcopy(account.records)
    ours = Change(add=True, name=Z, type="TXT", value="ours", ttl=3600)
    gone = Change(add=False, name=Z, type="TXT", value="ours", ttl=3600)
    for change, held in ((ours, 14), (gone, 13)):
        zone.apply(Z, [change], standing=zone.read(Z, [(Z, "TXT")]))
        assert len(values(zone, Z, "TXT")) == held
        assert theirs.items() <= account.records.items()
    # What somebody else took away in the meantime needs no taking away.
    zone.apply(Z, [ours], standing=zone.read(Z, [(Z, "TXT")]))
    account.failures = [("write", 404, {})]
    zone.apply(Z, [gone], standing=zone.read(Z, [(Z, "TXT")]))
