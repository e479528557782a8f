"""The time that a server asks for."""

import pytest

from mailcore.protocol.stated_wait import stated_wait


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("451 4.7.1 Greylisting in action, please come back in 00:05:00", 300),
        ("450 4.2.0 Greylisted for 300 seconds", 300),
        ("450 Greylisted, please try again in 5 minutes", 300),
        ("451 try again after 1 hour", 3600),
        ("421 4.7.0 Rate limited, retry in 90s", 90),
        ("450 you have been greylisted, wait 60 secs", 60),
        ("451 4.7.650 temporarily rate limited, please wait at least 15 min", 900),
        ("451 please try again later", None),
        ("550 limit is 100 messages per hour", None),
        ("421 4.16.55 [TSS04] see https://postmaster.yahooinc.com/error-codes", None),
        ("", None),
    ],
)
def test_the_wait_is_read(text, seconds):
    assert stated_wait(text) == seconds
