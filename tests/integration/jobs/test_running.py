"""Jobs among workers: two at once, one killed half-way; old ones are forgotten."""

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from kernel import clock
from kernel.errors import Conflict
from kernel.tenancy import current_schema, in_schema
from tenants.jobs import selectors, services
from tenants.jobs.models import Job, JobItem
from tenants.jobs.services import Item
from tenants.organisations import services as organisations
from tenants.organisations.models import Organisation


def make(actor, given):
    return organisations.create_organisation(actor=actor, name=given["name"]).reference


def begin(cast, count):
    items = [Item(label=f"n{n}", given={"name": f"n{n}"}) for n in range(count)]
    return services.start(actor=cast.owner, kind="test.make", items=items)


def work(make=make, seconds=60.0):
    with in_schema(current_schema()):
        return services.run_slice(
            kinds={"test.make": make}, revive=lambda actor: actor, seconds=seconds
        )


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_job_make_nothing_twice(acme) -> None:
    job = begin(acme, 30)

    def both() -> None:
        try:
            # As if the lease had run out: each believes that the job is its own.
            with in_schema(acme.reseller.schema_name):
                for _ in range(10):
                    Job.objects.update(lease_until=None)
                    work(seconds=0.01)
        finally:
            connection.close()

    threads = [threading.Thread(target=both) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    Job.objects.update(lease_until=None)
    work()
    names = list(Organisation.objects.filter(name__startswith="n").values_list("name", flat=True))
    assert sorted(names) == sorted(f"n{n}" for n in range(30))
    assert (Job.objects.get(pk=job.pk).done, JobItem.objects.filter(state="done").count()) == (
        30,
        30,
    )


@pytest.fixture(autouse=True)
def _no_organisations_left(acme):
    """Those of tests that commit stay with the cast otherwise."""
    yield
    with in_schema(acme.reseller.schema_name):
        Organisation.objects.filter(name__startswith="n").delete()


class Killed(BaseException):
    """As if the process ended in the middle of an item."""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_an_item_leaves_it_undone_and_whole(acme) -> None:
    begin(acme, 4)
    seen: list[object] = []

    def dies(actor, given):
        seen.append(given["name"])
        made = make(actor, given)
        if len(seen) == 3:
            raise Killed
        return made

    with pytest.raises(Killed):
        work(dies)
    assert (Job.objects.get().done, Organisation.objects.filter(name="n2").count()) == (2, 0)
    assert not work()  # its lease holds the others off
    Job.objects.update(lease_until=None)
    work()
    assert (Job.objects.get().state, Job.objects.get().done) == ("ended", 4)
    assert Organisation.objects.filter(name__startswith="n").count() == 4


def test_what_passes_is_tried_again_and_what_does_not_fails_its_item(acme) -> None:
    begin(acme, 3)

    def fragile(actor, given):
        if given["name"] == "n0":
            raise Conflict("No: %(why)s.", why="so", field="name")
        if given["name"] == "n1":
            raise ZeroDivisionError
        raise OperationalError("away")

    for _ in range(22):
        Job.objects.update(lease_until=None)
        work(fragile)
    rows = selectors.list_items(Job.objects.get()).order_by("n")
    assert [(row.code, row.detail) for row in rows] == [
        ("conflict", "No: so."),
        ("internal_error", "Something went wrong on our side."),
        ("unavailable", "A part of the service did not answer."),
    ]
    assert (Job.objects.get().state, Job.objects.get().failed) == ("ended", 3)


def test_jobs_take_turns_and_are_forgotten_after_a_week(acme, globex) -> None:
    with clock.at(clock.now() - timedelta(seconds=2)):
        first = begin(acme, 2)
    with clock.at(clock.now() - timedelta(seconds=1)):
        second = begin(acme, 2)
    work(seconds=0)
    work(seconds=0)
    assert {job.pk: job.done for job in Job.objects.all()} == {first.pk: 1, second.pk: 1}
    work()
    work()
    with in_schema(globex.reseller.schema_name):
        assert not selectors.list_seen(globex.owner).exists()
    assert services.forget_jobs() == 0
    with clock.at(clock.now() + timedelta(days=7, seconds=5)):
        assert services.forget_jobs() == 2
    assert not JobItem.objects.exists()
