"""schemathesis over the whole documents: no fault of ours, and no answer that is not documented."""

import pytest
import schemathesis
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from controlplane.api.document import OPERATOR, RESELLERS, Api, document
from controlplane.wsgi import application
from tests.document.operations import OPERATIONS

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_headers_conformance, response_schema_conformance,
]  # fmt: skip
#: Of each kind, for each operation; CI repeats the same ones (see the profile in tests/conftest.py).
EXAMPLES = 6
MODES = {"fitting": GenerationMode.POSITIVE, "unfitting": GenerationMode.NEGATIVE}


def found(api: Api, prefix: str) -> dict[str, schemathesis.APIOperation]:
    schema = schemathesis.openapi.from_dict(document(api))
    schema.app = application
    every = (one.ok() for one in schema.get_all_operations())
    return {prefix + one.definition.raw["operationId"]: one for one in every}


FOUND = {**found(RESELLERS, ""), **found(OPERATOR, "operator/")}


def test_schemathesis_knows_every_operation() -> None:
    assert set(FOUND) == set(OPERATIONS)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_answer_is_documented_and_none_is_our_fault(stage, name, mode) -> None:
    cases = FOUND[name].as_strategy(generation_mode=MODES[mode])
    caller = stage.caller_of(name)
    headers = {"Host": caller.host, "Authorization": f"Bearer {caller.secret}"}

    @given(case=cases, is_there=st.booleans())
    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def try_one(case: schemathesis.Case, is_there: bool) -> None:
        if is_there:
            parts = stage.parts_of(name)
            case.path_parameters = {one: parts[one] for one in case.path_parameters or {}}
        before = transaction.savepoint()
        try:
            answer = case.call(headers=headers)
        finally:
            transaction.savepoint_rollback(before)
        case.validate_response(answer, checks=CHECKS)

    try_one()
