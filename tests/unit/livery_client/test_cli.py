"""livery-cli keeps a login safe and prints what a terminal can show."""

import json
import stat

import pytest

from livery_client.cli import logins, main, showing


@pytest.fixture(autouse=True)
def place(monkeypatch, tmp_path):
    """A login file of the test's own, and no login in the environment."""
    for name in ("LIVERY_PORTAL", "LIVERY_KEY", "LIVERY_ADDRESS", "LIVERY_CA_FILE"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "configuration" / "login.json"
    monkeypatch.setenv("LIVERY_CLI_FILE", str(file))
    return file


def test_a_login_is_kept_for_its_owner_only(place):
    login = logins.Login(portal="acme.test", key="lvk_k")
    assert logins.keep(login) == place
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert logins.current() == login
    logins.keep(logins.Login(portal="globex.test", key="lvk_g"))
    assert logins.current().portal == "globex.test"


@pytest.mark.parametrize("content", [None, "", "[]", '{"portal": 1, "more": 2}'])
def test_without_a_good_login_it_says_how_to_get_one(place, content, capsys):
    if content is not None:
        place.parent.mkdir()
        place.write_text(content)
    assert main(["domains", "list"]) == 1
    said = capsys.readouterr().err
    assert "log in" in said.lower()
    assert "Traceback" not in said


def test_a_job_brings_its_login_in_the_environment(monkeypatch):
    monkeypatch.setenv("LIVERY_PORTAL", "acme.test")
    monkeypatch.setenv("LIVERY_KEY", "lvk_k")
    assert logins.current() == logins.Login(portal="acme.test", key="lvk_k")


def test_strangers_values_cannot_drive_the_terminal(capsys):
    showing.rows([{"name": "a\x1b[2Jb", "state": None}], ("name", "state"))
    assert capsys.readouterr().out.splitlines() == ["NAME    STATE", "a?[2Jb  -"]


def test_logging_out_forgets_the_key(place):
    logins.keep(logins.Login(portal="acme.test", key="lvk_k"))
    assert main(["logout"]) == 0
    assert not place.exists()
    assert main(["logout"]) == 0


def test_a_wrong_call_shows_how_it_is_made(capsys):
    for wrong in (["domains"], ["nonsense"], []):
        with pytest.raises(SystemExit) as ended:
            main(wrong)
        assert ended.value.code == 2
    assert "usage: livery-cli" in capsys.readouterr().err


def test_json_is_printed_whole(capsys):
    showing.as_json({"name": "Müller", "n": [1]})
    assert json.loads(capsys.readouterr().out) == {"name": "Müller", "n": [1]}
