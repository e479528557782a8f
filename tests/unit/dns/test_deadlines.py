"""What is asked together ends together, whoever is asked."""

import pytest

from kernel.crypto import Secret
from mailcore.zones.adapters.dns_update import DnsUpdate
from mailcore.zones.adapters.providers import provider_zone
from mailcore.zones.deadlines import deadline, within
from mailcore.zones.ports import ZoneBusy


def test_no_time_left_asks_nobody() -> None:
    server = DnsUpdate(
        address="192.0.2.1", port=53, key_name="k", algorithm="hmac-sha256", secret=Secret("AAAA")
    )
    account = provider_zone("cloudflare", fields={"auth_token": "x"})
    with within(-1):
        for zone in (server, account):
            for ask in (
                zone.zone_of,
                zone.try_out,
                lambda name, z=zone: z.read(name, [(name, "TXT")]),
            ):
                with pytest.raises(ZoneBusy, match="timeout"):
                    ask("shop.test")


def test_the_shorter_time_counts_and_only_inside() -> None:
    with within(60):
        whole = deadline(10**6)
        assert deadline(10**7) == whole
        with within(10**6):
            assert deadline(10**6) == whole
    assert deadline(10**6) > whole
