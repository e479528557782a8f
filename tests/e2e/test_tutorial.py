"""The API's tutorial is true: its lines are executed as they stand in the document."""

import io
import json
import re
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from livery_client import Client
from livery_client.cli import main
from stack.client.waiting import wait_for
from stack.demo.domain import found_in_dns
from stack.demo.steps import Outcome
from stack.demo.world import World

TUTORIAL = Path(__file__).parents[2] / "docs" / "api" / "tutorial.md"


@pytest.fixture
def reader(told: dict[str, Outcome], world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Somebody who has set what the tutorial asks for, with a zone that was just bought."""
    if world.ann is None:
        pytest.fail(f"no mailbox was made: {[one for one in told.values() if not one.ok]}")
    domain = f"tutorial-{world.mark}.test"
    world.outside.buy_zone(domain)
    wait_for(lambda: found_in_dns(world, domain), what=f"NS of {domain}")
    key = world.endpoints.update_key("dns_update")
    for name, value in {
        "LIVERY_PORTAL": world.acme.host,
        "LIVERY_KEY": world.acme.rest.key,
        "LIVERY_ADDRESS": world.endpoints.address_of(world.acme.host),
        "LIVERY_CA_FILE": world.endpoints.ca_file,
        "DOMAIN": domain,
        "READER": world.outside_address("tutorial"),
        "DNS_SERVER": key.server,
        "DNS_PORT": str(key.port),
        "DNS_KEY_NAME": key.key_name,
        "DNS_ALGORITHM": key.algorithm,
        "DNS_SECRET": key.secret,
    }.items():
        monkeypatch.setenv(name, value)
    return world


def _cli(*arguments: str) -> str:
    said = io.StringIO()
    with redirect_stdout(said):
        assert main(arguments) == 0
    return said.getvalue()


def _told(after: str, domain: str, *, until: str) -> list[str]:
    """The kinds of the domain's events; empty as long as the last one is not there."""
    told = _cli("--json", "events", "tail", "--after", after, "--for", "3").splitlines()
    kinds = [json.loads(line)["type"] for line in told if domain in line]
    return kinds if until in kinds else []


def test_its_lines_lead_from_a_key_to_a_message_that_arrived(
    reader: World, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = re.findall(
        r"^```python\n(.*?)^```$", TUTORIAL.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    with Client.from_environment() as portal:
        before = portal.events.list(after="")["next_cursor"]
    exec(compile("\n".join(lines), str(TUTORIAL), "exec"), {"__name__": "tutorial"})
    assert "422 domain.public_suffix" in capsys.readouterr().out
    domain = f"tutorial-{reader.mark}.test"
    arrived = reader.outside.wait_message(
        reader.outside_address("tutorial"), subject="Hello", seconds=60
    )
    assert arrived.is_authentic(domain), arrived.verdict_line
    # The command line sees the same; what happened just now is told some seconds later.
    kinds = wait_for(
        lambda: _told(before, domain, until="mailbox.created"), what="the new mailbox's event"
    )
    assert kinds.index("domain.added") < kinds.index("domain.verified")
    assert f"ann@{domain}" in _cli("mailboxes", "list", "--domain", domain)
    shown = json.loads(_cli("--json", "domains", "show", domain))
    assert shown["state"] == "verified"
    assert {
        row["verdict"] for row in json.loads(_cli("--json", "domains", "records", domain))["data"]
    } == {"match"}
