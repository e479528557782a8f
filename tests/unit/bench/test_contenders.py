"""The contenders' configuration is complete, and our own door says what acceptance wants to hear."""

import os
import pwd
from pathlib import Path

import pytest

from mailcore.delivery.shaping.rule_file import read
from mailcore.protocol import identity
from stack import benching, folders
from stack.bench.delivery import postfix
from stack.bench.delivery.ours import vouch
from stack.bench.delivery.postfix import Plan
from stack.bench.delivery.traffic import Traffic

DEPLOY = Path(__file__).resolve().parents[3] / "platform" / "deploy"


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    me = pwd.getpwuid(os.getuid())
    monkeypatch.setattr(folders.pwd, "getpwnam", lambda _: me)
    return Plan(
        deploy=DEPLOY,
        folder=tmp_path / "bench",
        listen=("127.0.0.1", 2525),
        milter=("127.0.0.1", 8891),
        domain="client.test",
        traffic=Traffic(zone="bench.test", domains=3, sites=2),
        hosts=["127.0.0.2", "127.0.0.3"],
        port=25,
    )


def test_routes_lead_each_domain_to_its_site(plan: Plan) -> None:
    postfix.render(plan, signs=False)
    assert (plan.folder / "routes").read_text().splitlines() == [
        "d00000.bench.test smtp:[127.0.0.2]:25",
        "d00001.bench.test smtp:[127.0.0.3]:25",
        "d00002.bench.test smtp:[127.0.0.2]:25",
    ]


def test_only_the_one_that_signs_has_a_milter_and_a_key(plan: Plan) -> None:
    postfix.render(plan, signs=False)
    assert "smtpd_milters" not in (plan.folder / "main.cf").read_text()
    assert not (plan.folder / "signing.pem").exists()
    postfix.render(plan, signs=True)
    assert "smtpd_milters = inet:127.0.0.1:8891" in (plan.folder / "main.cf").read_text()
    assert "Socket inet:8891@127.0.0.1" in (plan.folder / "opendkim.conf").read_text()
    assert (plan.folder / "signing.pem").stat().st_mode & 0o077 == 0


def test_acceptance_believes_the_identity_that_the_bench_writes() -> None:
    value = vouch(key=b"k" * 32, login="ann@client.test", at=1000)
    found = identity.check(value, key=b"k" * 32, envelope_from="ann@client.test", now=1000)
    assert found.login == "ann@client.test"


def test_the_rules_for_the_bench_are_rules() -> None:
    file = DEPLOY / "bench" / "shaping.toml"
    assert read(file.read_text(), name=file.name)


@pytest.mark.parametrize(
    ("arguments", "own"),
    [
        (["delivery"], True),
        (["delivery", "--json"], True),
        (["delivery", "--running"], False),
        (["delivery", "--help"], False),
        (["e2e"], False),
    ],
)
def test_only_the_delivery_bench_starts_a_stack(arguments: list[str], own: bool) -> None:
    assert benching.needs_own_stack(arguments) is own
