"""Certificates go from Caddy's store to the mail servers, whole, wanted ones only, and stop nobody."""

import os
from pathlib import Path

import pytest

from stack import certificates
from stack.mail_names import keeper, shelf
from stack.mail_names.keeper import Keeper
from stack.mail_names.shelf import Shelf
from stack.model import Stack

NAME, OTHER = "imap.brand.test", "portal.acme.test"


class Caddy:
    """A store in which certificates lie as Caddy keeps them."""

    def __init__(self, stack: Stack) -> None:
        certificates.ensure(stack)
        self.store = stack.var / "caddy"
        self.server = stack.certificate_file, stack.certificate_key_file
        self.foreign_key = stack.profile_certificate_key_file

    def put(self, name: str, *, key: Path | None = None, age: int = 0) -> None:
        folder = self.store / "certificates" / "local" / name
        folder.mkdir(parents=True, exist_ok=True)
        for source, kind in ((self.server[0], "crt"), (key or self.server[1], "key")):
            target = folder / f"{name}.{kind}"
            target.write_bytes(source.read_bytes())
            os.utime(target, (2_000_000_000 - age, 2_000_000_000 - age))


@pytest.fixture
def caddy(stack: Stack) -> Caddy:
    return Caddy(stack)


@pytest.fixture
def held(stack: Stack) -> Shelf:
    return Shelf(folder=stack.var / "mail-names")


def test_what_is_wanted_is_copied_once_and_again_when_it_is_renewed(
    caddy: Caddy, held: Shelf
) -> None:
    caddy.put(NAME, age=9)
    caddy.put(OTHER)
    assert held.take({NAME, "not.there.test"}, store=caddy.store)
    assert held.names() == [NAME]
    assert held.pem(NAME).stat().st_mode & 0o777 == 0o600
    assert not held.take({NAME}, store=caddy.store)
    caddy.put(NAME)
    assert held.take({NAME}, store=caddy.store)


def test_half_a_renewal_is_left_alone_until_it_is_whole(caddy: Caddy, held: Shelf) -> None:
    caddy.put(NAME, age=9)
    held.take({NAME}, store=caddy.store)
    before = held.pem(NAME).read_bytes()
    caddy.put(NAME, key=caddy.foreign_key)
    assert not held.take({NAME}, store=caddy.store)
    assert held.pem(NAME).read_bytes() == before
    assert list(held.folder.iterdir()) == [held.pem(NAME)]


@pytest.mark.parametrize("name", ["a b.test", "-a.test", "a{.test", "UPPER.test", "single"])
def test_no_other_text_becomes_a_file_or_a_line_of_configuration(
    caddy: Caddy, held: Shelf, name: str
) -> None:
    caddy.put(name)
    assert not held.take({name}, store=caddy.store)


def test_a_damaged_certificate_is_not_listed(caddy: Caddy, held: Shelf) -> None:
    caddy.put(NAME)
    held.take({NAME}, store=caddy.store)
    (held.folder / "damaged.test.pem").write_text("nonsense")
    held.write_for_dovecot(held.names())
    listed = held.dovecot_file.read_text()
    assert f"local_name {NAME} {{" in listed
    assert "local_name damaged" not in listed


def test_dovecot_reads_its_list_before_a_file_goes_and_a_failed_reload_is_done_again(
    caddy: Caddy, held: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {NAME, OTHER}
    commands: list[tuple[str, bool]] = []
    is_up = False

    def run(*command: str) -> None:
        commands.append((command[0], held.pem(OTHER).exists()))
        Path(f"{command[-1].removeprefix('hash:')}.db").touch()

    def reload(_: Keeper) -> None:
        commands.append(("reload", held.pem(OTHER).exists()))
        if not is_up:
            raise ConnectionRefusedError

    monkeypatch.setattr(shelf, "_run", run)
    monkeypatch.setattr(keeper.Keeper, "_reload_dovecot", reload)
    monkeypatch.setattr(keeper.Keeper, "_names", lambda _: wanted)
    monkeypatch.setattr(keeper.Keeper, "_handshake", lambda *_: True)
    caddy.put(NAME)
    caddy.put(OTHER)
    looks = Keeper(
        web="", https=("", 0), store=caddy.store, shelf=held,
        doveadm="", doveadm_key=Path("/k"), postfix=Path("/p"),
    )  # fmt: skip
    with pytest.raises(ConnectionRefusedError):
        looks.look()
    is_up = True
    looks.look()
    assert [name for name, _ in commands] == ["postmap", "reload"] * 2
    looks.look()
    assert len(commands) == 4  # nothing changed
    wanted = {NAME}
    looks.look()
    assert commands[4:] == [("postmap", True), ("reload", True)]
    assert held.names() == [NAME]
    assert OTHER not in held.dovecot_file.read_text()
