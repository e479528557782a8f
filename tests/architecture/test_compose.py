"""docker-compose.yml and the Dockerfile, as far as they can be checked without a container engine."""

import importlib.util
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from controlplane.schedule import ENTRIES
from stack.core_parts import code
from stack.model import Stack
from stack.registry import ORDER

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "platform" / "deploy" / "Dockerfile").read_text(encoding="utf-8")
ONE_SHOT = {"configure", "prepare", "seed"}
#: Top-level words of a service in the compose specification that we use.
KNOWN_KEYS = {
    "build", "cap_add", "cap_drop", "command", "cpu_shares", "depends_on",
    "environment", "healthcheck", "image", "init", "logging", "network_mode", "pids_limit", "profiles", "read_only", "restart",
    "security_opt", "shm_size", "stop_grace_period", "tmpfs", "user", "volumes", "working_dir",
}  # fmt: skip
#: Dovecot and Postfix write outside the volumes.
WRITABLE = {"dovecot", "postfix"}

each = pytest.mark.parametrize("name", sorted(SERVICES))


@cache
def variables_in(*folders):
    text = "".join(
        path.read_text(encoding="utf-8")
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
    )
    return set(re.findall(r"\bLIVERY_[A-Z_]+\b", text))


def test_every_part_of_the_stack_has_its_container():
    assert set(SERVICES) == set(ORDER) | {"configure"}


def test_only_words_of_the_compose_specification_are_used():
    assert {key for key in COMPOSE if not key.startswith("x-")} == {"name", "services", "volumes"}
    assert not [key for service in SERVICES.values() for key in service if key not in KNOWN_KEYS]


@each
def test_every_variable_is_known_to_the_code(name):
    known = variables_in("platform/controlplane/settings", "platform/stack")
    assert set(SERVICES[name]["environment"]) <= known


@each
def test_no_secret_stands_in_the_file(name):
    words = ("PASSWORD", "SECRET", "TOKEN", "KEY")
    assert not [key for key in SERVICES[name]["environment"] if any(word in key for word in words)]


def test_what_the_stack_tells_the_code_is_read_by_the_settings():
    """A variable in the env file that nobody reads is a setting without effect."""
    told = variables_in_file("platform/stack/env_file.py")
    assert told - variables_in("platform/controlplane/settings") <= {
        "LIVERY_STACK",
        "LIVERY_WEB_LISTEN",
    }


def variables_in_file(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    return set(re.findall(r'"(LIVERY_[A-Z_]+)"', text))


def management_commands():
    return {path.stem for path in ROOT.glob("*/**/management/commands/*.py")} - {"__init__"}


def resolvable(command):
    match command:
        case ["python", "-m", "stack.single", "configure"]:
            return True
        case ["python", "-m", "stack.single", "run" | "check", part]:
            return part in ORDER
        case ["python", "manage.py", name]:
            return name in management_commands()
        case ["python", "-m", module, *_]:
            return importlib.util.find_spec(module) is not None
        case ["CMD-SHELL", text]:
            return isinstance(text, str)
    return False


@each
def test_every_command_can_be_found(name):
    service = SERVICES[name]
    assert resolvable(service["command"]), service["command"]
    if name not in ONE_SHOT:
        test = service["healthcheck"]["test"]
        assert resolvable(test[1:] if test[0] == "CMD" else test), test


@each
def test_a_part_that_runs_alone_is_its_own(name):
    command = SERVICES[name]["command"]
    if command[:4] == ["python", "-m", "stack.single", "run"]:
        assert command[4] == name
        assert SERVICES[name]["healthcheck"]["test"][-1] == name


@each
def test_every_service_has_a_health_check_or_ends_by_itself(name):
    service = SERVICES[name]
    if name in ONE_SHOT:
        assert service["restart"] == "no"
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


@each
def test_a_service_waits_for_what_can_become_ready(name):
    for needed, how in SERVICES[name].get("depends_on", {}).items():
        wanted = "service_completed_successfully" if needed in ONE_SHOT else "service_healthy"
        assert how["condition"] == wanted, needed


def test_nothing_waits_in_a_circle():
    done, left = set(), dict(SERVICES)
    while left:
        free = [name for name, one in left.items() if set(one.get("depends_on", {})) <= done]
        assert free, f"waiting in a circle: {sorted(left)}"
        done |= set(free)
        left = {name: one for name, one in left.items() if name not in done}


@each
def test_rights_are_few(name):
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is (name not in WRITABLE)
    assert service["user"] in {"livery", "root"}
    assert "privileged" not in service
    if service["user"] != "root":
        assert "cap_add" not in service


def gunicorn_bounds(command):
    bounding = ("--limit-", "--workers", "--threads", "--timeout", "--keep-alive")
    return {word: after for word, after in pairwise(command) if word.startswith(bounding)}


def test_the_web_server_has_the_same_bounds_in_its_container(tmp_path):
    stack = Stack(number=9, mode="stack", checkout=ROOT, var=tmp_path / "var")
    (web,) = [part for part in code.parts(stack) if part.name == "web"]
    bounds = gunicorn_bounds(SERVICES["web"]["command"])
    assert bounds == gunicorn_bounds(web.command)
    assert len(bounds) >= 5


def test_our_own_processes_begin_without_root():
    ours = {name for name, one in SERVICES.items() if one["user"] == "livery"}
    daemons = {"accept", "feedback"}
    assert ours == {"web", "egress.node1", "events", "control", "beat", "prepare", "seed"} | daemons


@each
def test_state_lives_in_named_volumes(name):
    mounted = [volume.partition(":")[0] for volume in SERVICES[name]["volumes"]]
    assert set(mounted) <= set(COMPOSE["volumes"])
    assert not [volume for volume in mounted if volume.startswith((".", "/"))]


def test_every_queue_has_a_worker():
    queues = {
        service["command"][service["command"].index("-Q") + 1]
        for service in SERVICES.values()
        if "-Q" in service["command"]
    }
    assert queues == {entry.queue for entry in ENTRIES}


def test_who_stands_back_for_others_does_so_in_its_container_too(tmp_path):
    stack = Stack(number=9, mode="stack", checkout=ROOT, var=tmp_path / "var")
    standing_back = {part.name for part in code.parts(stack) if part.niceness}
    assert standing_back == {name for name, one in SERVICES.items() if "cpu_shares" in one}
    assert standing_back


def test_the_dockerfile_copies_what_is_there():
    copied = re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.MULTILINE)
    assert copied
    for source in " ".join(copied).split():
        assert (ROOT / source).exists(), source


def test_every_image_ends_without_root_and_begins_with_a_named_release():
    bases = re.findall(r"^FROM (\S+) AS (\S+)$", DOCKERFILE, re.MULTILINE)
    stages = {name for _, name in bases}
    for base, _ in bases:
        assert base in stages or (":" in base and not base.endswith(":latest"))
    for service in SERVICES.values():
        stage = DOCKERFILE.split(f" AS {service['build']['target']}\n")[1].split("\nFROM ")[0]
        assert re.findall(r"^USER (\S+)$", stage, re.MULTILINE)[-1:] == ["livery"]


def test_dependencies_are_installed_with_hashes():
    installs = re.findall(r"pip install [^&\n]*", DOCKERFILE)
    assert installs
    assert all("--require-hashes" in one for one in installs)
