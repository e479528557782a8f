"""Browsers at a host, logged in or not."""

from collections.abc import Callable

import pytest
from django.test import Client

PLATFORM = "livery.test"


@pytest.fixture
def browser() -> Callable[[str], Client]:
    """`browser(host)`: a new browser that is looking at this host."""
    return lambda host=PLATFORM: Client(headers={"host": host})


@pytest.fixture
def alice(acme, browser) -> Client:
    """Acme's owner, logged in at Acme's portal."""
    client = browser(acme.host)
    answer = client.post("/login/", {"email": acme.owner_email, "password": acme.password})
    assert answer.status_code == 302
    return client
