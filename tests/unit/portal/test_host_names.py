"""A person's own browser uses `*.localhost` names; they mean the real ones."""

import pytest

from controlplane.hosts import site_url, stored_host


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("acme.livery.test", "acme.livery.test"),
        ("Acme.Livery.Test.", "acme.livery.test"),
        ("acme.livery.test:8443", "acme.livery.test"),
        ("acme.livery.localhost:8453", "acme.livery.test"),
        ("webmail.acme.livery.localhost", "webmail.acme.livery.test"),
        ("localhost", "localhost"),
        ("evil-localhost.example", "evil-localhost.example"),
        ("[::1]:8000", "[::1]"),
        ("", ""),
    ],
)
def test_a_host_header_is_read_as_the_stored_name(written, stored):
    assert stored_host(written) == stored


def test_links_lead_back_to_where_the_person_came_from():
    assert site_url("acme.livery.test", like="livery.test") == "https://acme.livery.test"
    local = site_url("acme.livery.test", like="livery.localhost:1234")
    assert local.startswith("https://acme.livery.localhost:")
    assert not local.endswith(":1234")  # the port is ours, not the header's
