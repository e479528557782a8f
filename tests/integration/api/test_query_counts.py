"""How many statements it costs that a POST may be repeated; readings: tests/document/test_query_counts.py."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.models import IdempotencyKey
from tenants.organisations import services as organisations

#: The host and the key.
HEAD = 2


def statements(action) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        answer = action()
    assert answer.status_code == 201, answer.content
    return [
        one["sql"] for one in seen if not one["sql"].startswith(("SET ", "SAVEPOINT", "RELEASE"))
    ]


def test_a_new_organisation_costs_no_more_for_being_repeatable(acme, program) -> None:
    api = program(acme, scopes=organisations.ALL_SCOPES)
    api.get("me")  # notes the key's use
    api.post("organisations", {"name": "first"})  # makes the count's row
    plain = statements(lambda: api.post("organisations", {"name": "a"}))
    safe = statements(lambda: api.post("organisations", {"name": "b"}, Idempotency_Key="k"))
    again = statements(lambda: api.post("organisations", {"name": "b"}, Idempotency_Key="k"))
    assert IdempotencyKey.objects.count() == 1
    assert (len(safe) - len(plain), len(again)) == (3, HEAD + 3)
