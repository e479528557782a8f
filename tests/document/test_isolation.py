"""Nobody sees or changes anything that is not theirs, whichever operation they try.

The cases are the OpenAPI document's: an operation without a fixture in `stage.py` fails the build.
"""

from datetime import timedelta

import pytest
from django.db import transaction

from controlplane.api import urls
from kernel import clock
from kernel.rest.views import AskingCommandView, CommandView
from kernel.tenancy import in_schema
from tenants.organisations.models import ApiKey
from tenants.organisations.services import ALL_SCOPES
from tenants.resellers.models import Brand
from tests.document.operations import OF_RESELLERS as OPERATIONS
from tests.document.snapshot import snapshot
from tests.document.stage import ALSO, BEGINNING, BODIES, WORDS, Stage
from tests.document.strictly import require_documented

EVERY = sorted(OPERATIONS)
each = pytest.mark.parametrize("name", EVERY)


def with_key(stage: Stage, call, name: str, **changed):
    """Call as the rightful key would if it were different."""
    with transaction.atomic(), in_schema(stage.acme.reseller.schema_name):
        ApiKey.objects.filter(pk=stage.key.pk).update(**changed)
        answer = call(name, stage.mine)
        transaction.set_rollback(True)
    return answer


def refused(answer, *statuses: int) -> None:
    assert answer.status_code in statuses, answer.content
    assert answer["Content-Type"] == "application/problem+json"


def hidden(stage: Stage, answer) -> None:
    """Nothing of Acme's is told."""
    told = answer.content.decode()
    assert not [one for one in stage.ids.values() if "_" in one and one in told.split('"')]


def views():
    return [one.callback.view_class for one in urls.urlpatterns]


def test_every_operation_has_its_objects(whole_stage) -> None:
    for operation in OPERATIONS.values():
        assert set(operation.parts) <= set(whole_stage.ids), f"no object for {operation.path}"
    assert set(BODIES) <= set(EVERY)


@each
def test_the_rightful_caller_needs_the_documented_right_alone(stage, call, name) -> None:
    operation = OPERATIONS[name]
    rights = sorted({operation.right or "domains.read", *ALSO.get(name, ())})
    answer = with_key(stage, call, name, scopes=rights)
    assert 200 <= answer.status_code < 300, answer.content
    require_documented(operation, answer)
    # Events are told once they are committed, which the stage never is.
    if operation.is_reading and not operation.parts and name != "events.list":
        assert answer.json().get("data", True), "an empty list would hide nothing from others"
    if operation.right is not None:
        others = sorted(ALL_SCOPES - {operation.right})
        refused(with_key(stage, call, name, scopes=others), 403)


@each
def test_whoever_else_asks_sees_and_changes_nothing(stage, call, name) -> None:
    operation, now = OPERATIONS[name], clock.now()
    refused(call(name, None), 401)
    # A stranger's key at the owner's host, and the owner's key at the stranger's.
    refused(call(name, stage.theirs.at(stage.mine.host)), 401)
    refused(call(name, stage.mine.at(stage.theirs.host)), 401)
    refused(with_key(stage, call, name, revoked_at=now), 401)
    refused(with_key(stage, call, name, expires_at=now - timedelta(seconds=1)), 401)
    if not operation.is_reading:
        refused(call(name, stage.reading), 403)
    # The stranger's own host, the owner's ids: there is no such object there.
    elsewhere = call(name, stage.theirs)
    if set(operation.parts) - WORDS:
        refused(elsewhere, 404)
    hidden(stage, elsewhere)
    for other in (stage.other_organisation, stage.other_domain):
        if name in BEGINNING:
            continue
        answer = call(name, other)
        if operation.parts or not operation.is_reading:
            refused(answer, 403, 404, 422)
        hidden(stage, answer)
    assert snapshot(stage.acme.reseller.schema_name) == stage.before


def test_what_a_stranger_changed_of_this_reseller_would_be_seen(stage) -> None:
    brand = Brand.objects.filter(reseller=stage.acme.reseller)
    with transaction.atomic():
        brand.update(smtp_host="smtp.other.test")  # in schema public, which writes all brands
        assert snapshot(stage.acme.reseller.schema_name) != stage.before
        transaction.set_rollback(True)
    Brand.objects.exclude(pk=brand.get().pk).update(smtp_host="smtp.other.test")
    assert snapshot(stage.acme.reseller.schema_name) == stage.before


def test_every_post_honours_the_idempotency_key() -> None:
    for view in views():
        if hasattr(view, "post"):
            # Both keep the first answer: the second asks others' servers before its transaction.
            assert view.post in (CommandView.post, AskingCommandView.post), view
