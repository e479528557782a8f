"""A POST that a program repeats with its Idempotency-Key is done once."""

import os
import threading

import pytest
from django.db import connection

from kernel import clock
from kernel.models import IdempotencyKey
from tenants.organisations import services
from tenants.organisations.models import Organisation
from tests.integration.handover.conftest import add_verified

#: 1,000 by hand: LIVERY_TEST_REPEATS=1000.
REPEATS, THREADS = int(os.environ.get("LIVERY_TEST_REPEATS", "200")), 20


def test_the_first_answer_is_given_again(acme, program) -> None:
    api = program(acme)
    first = api.post("organisations", {"name": "Bakery"}, Idempotency_Key="k1")
    again = api.post("organisations", {"name": "Bakery"}, Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Organisation.objects.filter(name="Bakery").count() == 1


def test_another_body_under_the_same_key_is_refused(acme, program) -> None:
    api = program(acme)
    api.post("organisations", {"name": "Bakery"}, Idempotency_Key="k1")
    answer = api.post("organisations", {"name": "Butcher"}, Idempotency_Key="k1")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency.key_reused")
    assert not Organisation.objects.filter(name="Butcher").exists()


def test_another_key_holder_is_another_caller(acme, program) -> None:
    for api in (program(acme), program(acme)):
        assert api.post("organisations", {"name": "B"}, Idempotency_Key="k").status_code == 201
    assert Organisation.objects.filter(name="B").count() == 2


def test_a_failure_is_not_kept(acme, program) -> None:
    api = program(acme)
    assert api.post("organisations", {"name": ""}, Idempotency_Key="k").status_code == 422
    assert not IdempotencyKey.objects.exists()
    assert api.post("organisations", {"name": "B"}, Idempotency_Key="k").status_code == 201


def test_who_dies_in_the_middle_leaves_the_key_free_and_nothing_behind(
    acme, program, monkeypatch
) -> None:
    api = program(acme)
    whole = services.create_organisation

    def dies(**given: object) -> None:
        whole(**given)
        raise SystemExit

    monkeypatch.setattr(services, "create_organisation", dies)
    with pytest.raises(SystemExit):
        api.post("organisations", {"name": "B"}, Idempotency_Key="k")
    assert not IdempotencyKey.objects.exists()
    monkeypatch.undo()
    assert api.post("organisations", {"name": "B"}, Idempotency_Key="k").status_code == 201
    assert Organisation.objects.filter(name="B").count() == 1


def test_a_secret_is_not_told_again_and_another_query_is_another_request(acme, program) -> None:
    api = program(acme, scopes=services.ALL_SCOPES)
    body = {"name": "made", "scopes": ["domains.read"]}
    first = api.post("api-keys", body, Idempotency_Key="k")
    again = api.post("api-keys", body, Idempotency_Key="k")
    assert (again.json()["id"], again.json()["secret"]) == (first.json()["id"], None)
    assert first.json()["secret"] not in str(IdempotencyKey.objects.get().body)
    other = api.post("api-keys?more=1", body, Idempotency_Key="k")
    assert other.json()["code"] == "idempotency.key_reused"


def test_the_code_of_a_hand_over_is_not_told_again(acme, program) -> None:
    api = program(acme, scopes=["domains.hand_over"])
    path = f"domains/{add_verified(acme).reference}/hand-over"
    first = api.post(path, {}, Idempotency_Key="k")
    again = api.post(path, {}, Idempotency_Key="k")
    assert (again.json()["id"], again.json()["code"]) == (first.json()["id"], None)
    assert first.json()["code"] not in str(IdempotencyKey.objects.get().body)


def test_after_a_day_the_key_is_free_again(acme, program) -> None:
    api = program(acme)
    api.post("organisations", {"name": "B"}, Idempotency_Key="k")
    IdempotencyKey.objects.update(created_at=clock.now().replace(year=2020))
    api.post("organisations", {"name": "B"}, Idempotency_Key="k")
    assert Organisation.objects.filter(name="B").count() == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "naïve"])
def test_a_key_that_is_none_is_refused(acme, program, key) -> None:
    answer = program(acme).post("organisations", {"name": "B"}, Idempotency_Key=key)
    assert answer.status_code == 422


@pytest.mark.django_db(transaction=True)
def test_parallel_repeats_make_one_object(acme, program) -> None:
    secret = program(acme).headers["Authorization"].removeprefix("Bearer ")
    answers: list[tuple[int, str]] = []

    def send() -> None:
        try:
            api = type(program_maker)(acme.host, secret)
            for _ in range(REPEATS // THREADS):
                answer = api.post("organisations", {"name": "Once"}, Idempotency_Key="same")
                answers.append((answer.status_code, answer.json()["id"]))
        finally:
            connection.close()

    program_maker = program(acme)
    threads = [threading.Thread(target=send) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == REPEATS
    assert len(set(answers)) == 1
    assert Organisation.objects.filter(name="Once").count() == 1
    Organisation.objects.filter(name="Once").delete()
