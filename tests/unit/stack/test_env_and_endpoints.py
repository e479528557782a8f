"""What the stack tells the code (var/env) and its clients (endpoints --json)."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from stack import endpoints, env_file, testing
from stack.model import Stack, StackError


def test_the_code_is_told_its_addresses_in_this_stack(stack: Stack) -> None:
    values = env_file.values(stack)
    assert values["LIVERY_DATABASE_HOST"] == "127.77.9.2"
    assert values["LIVERY_DNS_ROOTS"] == "127.77.9.3,127.77.9.4"
    assert (
        values["LIVERY_EGRESS_SOURCES"] == "127.77.9.30=out1.infra.test,127.77.9.31=out2.infra.test"
    )
    assert values["LIVERY_LOCAL_PORT"] == "8533"
    assert "LIVERY_DATABASE_ROLE" not in values


def test_the_env_file_is_private_and_one_line_a_setting(stack: Stack) -> None:
    env_file.write(stack)
    assert stat.S_IMODE(stack.env_file.stat().st_mode) == 0o600
    lines = stack.env_file.read_text().splitlines()
    assert dict(line.split("=", 1) for line in lines) == env_file.values(stack)


def test_fault_tests_run_at_a_twentieth_of_real_delays(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LIVERY_DELAY_SCALE", raising=False)
    assert env_file.values(stack)["LIVERY_DELAY_SCALE"] == "1.0"
    assert env_file.values(replace(stack, mode="test"))["LIVERY_DELAY_SCALE"] == "0.05"


def test_a_person_may_shorten_delays_but_not_stop_them(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVERY_DELAY_SCALE", "0.1")
    assert env_file.values(stack)["LIVERY_DELAY_SCALE"] == "0.1"
    monkeypatch.setenv("LIVERY_DELAY_SCALE", "0")
    with pytest.raises(StackError, match="above 0"):
        env_file.values(stack)


def test_no_password_is_readable_by_others(stack: Stack) -> None:
    endpoints.write(stack)
    assert stat.S_IMODE(stack.endpoints_file.stat().st_mode) == 0o600


def test_clients_find_every_promised_service(stack: Stack) -> None:
    promised = [
        "smtp_mx",
        "submission",
        "submissions",
        "imap",
        "imaps",
        "pop3",
        "pop3s",
        "managesieve",
        "https",
        "http",
        "postgres",
        "redis",
        "dns_resolver",
        "dns_hosting",
        "dns_hosting_secondary",
        "dns_registry",
        "rspamd",
        "web",
        "accept",
        "feedback",
        "outside_mx",
        "outside_control",
    ]
    found = endpoints.endpoints(stack)
    assert set(promised) <= set(found["services"])
    for key, one in found["services"].items():
        assert one["address"].startswith("127.77.9."), key
        assert one["tls"] in {"none", "starttls", "implicit"}
        assert (one["sni"] is not None) == (one["tls"] != "none"), key


def test_names_that_clients_verify_are_mapped_to_addresses(stack: Stack) -> None:
    found = endpoints.endpoints(stack)
    for one in found["services"].values():
        if one["sni"] is not None:
            assert found["hosts"][one["sni"]] == one["address"]


def test_unit_tests_need_no_stack_and_all_others_do(stack: Stack) -> None:
    checkout = stack.checkout
    assert not testing.needs_stack(["tests/unit"], checkout)
    assert not testing.needs_stack(["-q", "tests/unit/stack", "tests/architecture"], checkout)
    assert testing.needs_stack([], checkout)
    assert testing.needs_stack(["-x"], checkout)
    assert testing.needs_stack(["tests"], checkout)
    assert testing.needs_stack(["tests/unit", "tests/conftest.py"], checkout)


def test_a_kind_of_test_is_named_by_its_word(stack: Stack) -> None:
    assert testing.named_place("faults", stack.checkout) == "tests/faults"
    assert testing.named_place("-x", stack.checkout) == "-x"
    assert testing.named_place("tests/unit", stack.checkout) == "tests/unit"
    assert testing.named_place("nothing", stack.checkout) == "nothing"


def test_a_free_stack_number_is_taken_for_tests(tmp_path: Path) -> None:
    assert testing.free_number(200, var=tmp_path) == 200
