"""A reseller's own names for mail programs: over the real DNS, Caddy, Dovecot and Postfix."""

import ssl
from dataclasses import replace

import pytest

from stack.client.endpoints import Service
from stack.client.lookup import replace_records
from stack.client.mailbox import imap_session
from stack.client.smtp import open_session
from stack.client.waiting import wait_for
from stack.client.web import Browser
from stack.demo.steps import Outcome
from stack.demo.world import World


@pytest.fixture(scope="module")
def brand(told: dict[str, Outcome], world: World) -> str:
    """A domain of the reseller's, whose names lead to its mail hosts and were asked for."""
    if world.ann is None:
        pytest.fail("no mailbox was made: see the journeys")
    name = f"brand-{world.mark}.test"
    world.outside.buy_zone(name)
    for kind in ("imap", "smtp"):
        replace_records(
            world.endpoints.update_key("dns_update"),
            zone=name, name=f"{kind}.{name}", kind="CNAME",
            values=[f"{world.acme.slug}.{kind}.infra.test."],
        )  # fmt: skip
    fields = {"imap_host": f"imap.{name}", "smtp_host": f"smtp.{name}"}
    world.acme.browser.fill(f"https://{world.acme.host}/brand/", fields)
    return name


def named(world: World, key: str, host: str) -> Service:
    return replace(world.endpoints.service(key), host=host, sni=host)


def test_mail_programs_are_told_the_brands_names_and_find_certificates_for_them(
    brand: str, world: World
) -> None:
    url = f"https://{world.acme.settings_host}/mail/config-v1.1.xml"
    names = [f"<hostname>{kind}.{brand}<" for kind in ("imap", "smtp")]

    def look() -> str | None:
        page = Browser(world.endpoints).get(url).text
        return page if all(name in page for name in names) else None

    page = wait_for(look, what=f"settings that name {brand}", seconds=120)
    assert "infra.test" not in page
    ann = world.sender
    for key in ("imap", "imaps"):
        with imap_session(
            named(world, key, f"imap.{brand}"), login=ann.address, password=ann.password
        ) as client:
            assert client.select("INBOX", readonly=True)[0] == "OK"
    for key in ("submission", "submissions"):
        with open_session(named(world, key, f"smtp.{brand}")) as session:
            session.ehlo_or_helo_if_needed()
    with imap_session(world.service("imaps"), login=ann.address, password=ann.password) as client:
        assert client.select("INBOX", readonly=True)[0] == "OK"  # the given name, as before


def test_a_name_that_nobody_proved_has_no_certificate(brand: str, world: World) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        imap_session(
            named(world, "imaps", f"other.{brand}"),
            login=world.sender.address,
            password=world.sender.password,
        ).__enter__()
