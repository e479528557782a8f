"""What the settings let into the logs."""

import httpx
import pytest
from django.conf import settings


def test_no_address_that_is_asked_stands_in_the_logs(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever is imported: secrets stand in addresses."""
    assert settings.LOGGING["root"]["level"] == "INFO"
    with httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200))) as client:
        client.post("https://hooks.example/hook/T0KEN?key=secret")
    assert "T0KEN" not in caplog.text
