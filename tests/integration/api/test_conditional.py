"""If-Match: a change is made only to what its maker has seen, whoever else changes it meanwhile."""

import threading

import pytest
from django.db import connection

from kernel.tenancy import in_schema
from tenants.webhooks import services as webhooks
from tenants.webhooks.models import WebhookEndpoint


@pytest.fixture
def path(acme):
    endpoint, _ = webhooks.add_endpoint(actor=acme.owner, url="https://8.8.8.8/acme")
    return f"webhooks/{endpoint.reference}"


@pytest.mark.django_db(transaction=True)
def test_only_who_saw_the_last_state_changes_it(acme, program, path) -> None:
    api = program(acme)
    tag = api.get(path)["ETag"]
    first = api.patch(path, {"description": "one"}, If_Match=tag)
    assert (first.status_code, first.json()["description"]) == (200, "one")
    assert first["ETag"] == api.get(path)["ETag"] != tag
    for stale in (tag, '"x"', f"W/{first['ETag']}"):
        answer = api.patch(path, {"description": "two"}, If_Match=stale)
        assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")
        assert api.delete(path, If_Match=stale).status_code == 412
    assert WebhookEndpoint.objects.get().description == "one"
    assert api.patch(path, {"description": "two"}, If_Match="*").status_code == 200
    assert api.delete(path, If_Match=api.get(path)["ETag"]).status_code == 204
    assert api.patch(path, {"description": "x"}, If_Match="*").status_code == 404


@pytest.mark.django_db
def test_what_has_no_get_has_no_tag_and_is_there_or_not(acme, program) -> None:
    api = program(acme)
    path = f"suppressions/{api.post('suppressions', {'address': 'ann@out.test'}).json()['id']}"
    assert api.delete(path, If_Match='"x"').status_code == 412
    assert api.delete(path, If_Match="*").status_code == 204
    assert api.delete(path, If_Match="*").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_exactly_one_is_made(acme, program, path) -> None:
    api = program(acme)
    tag, answers = api.get(path)["ETag"], []

    def change(number: int) -> None:
        try:
            with in_schema(acme.reseller.schema_name):
                mine = type(api)(acme.host, api.headers["Authorization"].removeprefix("Bearer "))
                answer = mine.patch(path, {"description": str(number)}, If_Match=tag)
                answers.append((answer.status_code, number))
        finally:
            connection.close()

    threads = [threading.Thread(target=change, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in answers) == [200] + [412] * 7
    winner = next(number for status, number in answers if status == 200)
    assert WebhookEndpoint.objects.get().description == str(winner)
