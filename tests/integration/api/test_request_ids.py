"""One id joins what a request answered, wrote, said in the log and left to a task."""

import io
import logging

import pytest
from celery import Task, shared_task

from controlplane import dispatch
from kernel.models import AuditEntry, OutboxEvent
from tenants.organisations import selectors

pytestmark = pytest.mark.django_db

ID = "support-4711.a"
log = logging.getLogger("tests.request_ids")


@pytest.fixture
def lines(monkeypatch):
    """What the handler that the settings made writes from here on."""
    handler = next(each for each in logging.getLogger().handlers if each.name == "stderr")
    written = io.StringIO()
    monkeypatch.setattr(handler, "stream", written)
    return lambda: written.getvalue().splitlines()


@pytest.fixture
def api(acme, program):
    return program(acme)


def having(lines, words):
    (line,) = [each for each in lines() if words in each]
    return line


def test_one_id_in_answer_audit_event_log_and_task(api, lines, monkeypatch):
    @shared_task(name="tests.say")
    def say(**_):
        log.info("the task says something")

    def send_here(task, args=None, kwargs=None, **options):
        return task.apply(args, kwargs, headers=options["headers"], throw=True)

    def handle(_):
        log.info("the handler says something")
        say.apply_async()

    monkeypatch.setattr(Task, "apply_async", send_here)
    monkeypatch.setattr(dispatch, "HANDLERS", {"organisation.created": (handle,)})
    api.headers["X-Request-Id"] = ID
    answer = api.post("organisations", {"name": "Bakery"})
    assert (answer.status_code, answer["X-Request-Id"]) == (201, ID)
    assert AuditEntry.objects.get(action="organisation.created").trace_id == ID
    assert OutboxEvent.objects.get(type="organisation.created").trace_id == ID
    dispatch.dispatch_due()
    for words in ("the handler says", "the task says", "] begins", "succeeded"):
        assert f" INFO {ID} " in having(lines, words)
    say.apply_async()
    log.info("between two tasks")
    assert " INFO - " in having(lines, "between two tasks")


def test_what_fails_is_found_in_the_log_by_the_id_that_was_told(api, lines, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("broken in a test")

    monkeypatch.setattr(selectors, "list_organisations", fail)
    api.headers["X-Request-Id"] = ID
    answer = api.get("organisations")
    assert (answer.status_code, answer.json()["request_id"]) == (500, ID)
    assert f" ERROR {ID} " in having(lines, f"request {ID} failed")
    refused = api.get("nothing/here")
    assert (refused.json()["request_id"], refused["X-Request-Id"]) == (ID, ID)
    assert f" WARNING {ID} " in having(lines, "nothing/here")


@pytest.mark.parametrize(
    "given", ["short", "x" * 65, "with space", "a" * 20 + "\n", "höher-als-ascii", ""]
)
def test_an_id_that_is_not_safe_is_replaced(api, lines, given):
    api.headers["X-Request-Id"] = given
    answer = api.get("nothing/here")
    assert answer["X-Request-Id"] != given
    assert len(answer["X-Request-Id"]) == 32
    assert answer.json()["request_id"] == answer["X-Request-Id"]
    assert f" WARNING {answer['X-Request-Id']} " in having(lines, "nothing/here")
