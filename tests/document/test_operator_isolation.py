"""Only the operator's keys do what the operator's document says, each with the right that it says."""

from datetime import timedelta

import pytest
from django.db import transaction

from controlplane.operator_api import urls
from kernel import clock
from kernel.rest.views import CommandView
from kernel.tenancy import PUBLIC, in_schema
from tenants.operators.models import OperatorKey
from tenants.operators.services import SCOPES
from tests.document.operations import OF_OPERATOR, OF_RESELLERS
from tests.document.operator_stage import BODIES, INSTEAD, OperatorStage
from tests.document.snapshot import snapshot
from tests.document.strictly import require_documented
from tests.document.test_isolation import refused

EVERY = sorted(OF_OPERATOR)
each = pytest.mark.parametrize("name", EVERY)


def with_key(stage: OperatorStage, call, name: str, **changed):
    """Call as the rightful key would if it were different."""
    with transaction.atomic(), in_schema(PUBLIC):
        OperatorKey.objects.filter(pk=stage.key.pk).update(**changed)
        answer = call(name, stage.mine)
        transaction.set_rollback(True)
    return answer


def test_every_operation_of_the_operator_has_its_objects(whole_stage) -> None:
    for operation in OF_OPERATOR.values():
        assert set(operation.parts) <= set(whole_stage.operator.ids), operation.path
    assert set(BODIES) | set(INSTEAD) <= set(EVERY)


@each
def test_the_operator_needs_the_documented_right_alone(stage, call, name) -> None:
    operation = OF_OPERATOR[name]
    answer = with_key(stage.operator, call, name, scopes=[operation.right or "resellers.read"])
    assert 200 <= answer.status_code < 300, answer.content
    require_documented(operation, answer)
    if operation.is_reading and not operation.parts:
        assert answer.json().get("data", True), "an empty list would hide nothing from others"
    if operation.right is not None:
        others = sorted(SCOPES - {operation.right})
        refused(with_key(stage.operator, call, name, scopes=others), 403)


@each
def test_nobody_else_sees_or_changes_what_is_the_operators(stage, call, name) -> None:
    operator, operation, now = stage.operator, OF_OPERATOR[name], clock.now()
    refused(call(name, None), 401)
    # A reseller's key that may do everything, at the operator's host.
    refused(call(name, stage.mine.at(operator.mine.host)), 401)
    refused(with_key(operator, call, name, revoked_at=now), 401)
    refused(with_key(operator, call, name, expires_at=now - timedelta(seconds=1)), 401)
    refused(with_key(operator, call, name, networks=["192.0.2.0/24"]), 403)
    if not operation.is_reading:
        refused(call(name, operator.reading), 403)
    assert snapshot(PUBLIC) == operator.before


def test_a_key_of_the_operator_is_unknown_at_a_resellers_host(stage, call) -> None:
    for name in OF_RESELLERS:
        refused(call(name, stage.operator.mine.at(stage.mine.host)), 401)


def test_the_operators_paths_are_none_at_a_resellers_host(stage, call) -> None:
    """What has the same path there is the reseller's own."""
    for name, operation in OF_OPERATOR.items():
        answer = call(name, stage.mine)
        same = any(one.path == operation.path for one in OF_RESELLERS.values())
        assert same or answer.status_code in {404, 405}, name


def test_every_post_of_the_operators_honours_the_idempotency_key() -> None:
    for view in (one.callback.view_class for one in urls.urlpatterns):
        if hasattr(view, "post"):
            assert issubclass(view, CommandView), view
            assert view.post is CommandView.post, view
