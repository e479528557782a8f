"""Clients find everything in the endpoints and say what is missing."""

from pathlib import Path

import pytest

from stack.client.endpoints import Endpoints, EndpointsError, load_endpoints

MAP = Endpoints(
    {
        "ca_file": "/ca.pem",
        "hosts": {"mx.infra.test": "127.77.1.10", "livery.test": "127.77.1.20"},
        "host_suffixes": {"livery.test": "127.77.1.20", "deep.livery.test": "127.77.1.21"},
        "services": {
            "imaps": {
                "host": "imap.infra.test",
                "address": "127.77.1.12",
                "port": 993,
                "tls": "implicit",
                "sni": None,
            }
        },
        "urls": {"platform": "https://livery.test/"},
    }
)


def test_a_host_is_found_by_name_or_by_its_longest_suffix() -> None:
    assert MAP.address_of("mx.infra.test") == "127.77.1.10"
    assert MAP.address_of("webmail.acme.livery.test") == "127.77.1.20"
    assert MAP.address_of("a.deep.livery.test") == "127.77.1.21"
    with pytest.raises(EndpointsError, match=r"elsewhere\.test"):
        MAP.address_of("elsewhere.test")
    with pytest.raises(EndpointsError):
        MAP.address_of("notlivery.test")


def test_a_service_verifies_its_host_name_when_no_other_is_said() -> None:
    service = MAP.service("imaps")
    assert (service.sni, service.ca_file, service.tls) == ("imap.infra.test", "/ca.pem", "implicit")
    with pytest.raises(EndpointsError, match="pop3"):
        MAP.service("pop3")


def test_a_stack_that_is_not_up_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(EndpointsError, match="is the stack up"):
        load_endpoints(tmp_path / "endpoints.json")
    assert MAP.url("platform") == "https://livery.test"
