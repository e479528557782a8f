"""Nothing in the repository is a secret, and nothing names where it was made."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted(ROOT.glob("requirements*.lock"))
PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\n[A-Za-z0-9+/=\n]{100,}")
LIVE_KEY = re.compile(
    r"\b(?:sk_live|rk_live|whsec|ghp|glpat)_[A-Za-z0-9]{16,}|\bAKIA[0-9A-Z]{16}\b"
)


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_pins_every_package_with_hashes(lock):
    logical = text(lock).replace("\\\n", " ").splitlines()
    pins = [line for line in logical if line.strip() and not line.lstrip().startswith("#")]
    assert pins
    assert not [line[:60] for line in pins if "==" not in line or "--hash=sha256:" not in line]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_names_no_host(lock):
    assert not re.findall(
        r"https?://|--(?:extra-)?index-url|--find-links|--trusted-host", text(lock)
    )


def test_the_state_of_a_running_stack_is_not_committed():
    inside = [path for path in tracked() if path.relative_to(ROOT).parts[0] in {"var", ".venv"}]
    assert not inside


def test_no_private_key_is_committed():
    found = [path for path in tracked() if PRIVATE_KEY.search(text(path))]
    assert not [path for path in found if "tests" not in path.relative_to(ROOT).parts]


def test_no_live_credential_is_committed():
    assert not [path for path in tracked() if LIVE_KEY.search(text(path))]
