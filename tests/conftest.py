"""The stage for every test: a database built and used as the real roles, and a cast.

Acme and Globex are resellers. Alice owns Acme, Mallory owns Globex and should see nothing of Acme.
"""

import io
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis

from kernel import clock, keys, schema
from kernel.actor import Actor, ActorKind
from kernel.roles import as_role
from kernel.tenancy import OPERATOR_RESELLER, in_schema
from mailcore.delivery import readers

# A deadline would measure the machine, and examples drawn anew would fail for whoever comes next.
hypothesis.register_profile("livery", deadline=None, derandomize=True)
hypothesis.load_profile("livery")

UNIT = Path(__file__).parent / "unit"
PASSWORD = "correct-horse-battery"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Unit tests touch no network at all."""
    for item in items:
        if UNIT in item.path.parents:
            item.add_marker(pytest.mark.disable_socket)


def _database_name() -> str:
    """A database per run and per worker, so that two test runs do not meet."""
    parts = (
        "test_livery",
        os.environ.get("LIVERY_TEST_SUFFIX"),
        os.environ.get("PYTEST_XDIST_WORKER"),
    )
    return "_".join(part for part in parts if part)


def _maintenance(statement: str) -> None:
    """Run a statement about databases, as their owner."""
    with psycopg.connect(settings.DSN("owner"), dbname="postgres", autocommit=True) as raw:
        raw.execute(statement)


def _drop(name: str) -> None:
    """Not by force: that is refused while autovacuum works in it, and plain DROP sends it away."""
    for _ in range(2):
        with suppress(psycopg.errors.ObjectInUse):  # it has waited five seconds already
            return _maintenance(f'DROP DATABASE IF EXISTS "{name}"')
    return _maintenance(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[None]:
    """Build the database as owner and provision, then leave the connection to role web."""
    name = _database_name()
    _drop(name)
    _maintenance(f'CREATE DATABASE "{name}"')
    with django_db_blocker.unblock():
        connection.close_pool()
        connection.settings_dict["OPTIONS"].pop("pool", None)
        connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name
        with as_role("owner"):
            call_command("prepare", stdout=io.StringIO())
        with as_role("operator"):
            _operator()
        with as_role("worker"):
            for reseller in ("acme", "globex"):
                _reseller(reseller)
    yield
    with django_db_blocker.unblock():
        connection.close()
    if readers._delivery.cache_info().currsize:
        readers._delivery().close()
    _drop(name)


#: What a test that commits leaves alone when it cleans up: the cast, and what migrations made.
KEPT = {
    "reseller", "reseller_host", "brand", "reseller_key", "member", "organisation", "plan",
    "entitlement", "price_list", "price", "subscription", "template_artefact", "django_migrations",
    "django_content_type", "auth_permission", "auth_group", "auth_group_permissions",
}  # fmt: skip

#: The tables of one owner that anything was written to: to empty the others too takes a second.
WRITTEN = """
SELECT string_agg(format('%%I.%%I', nspname, relname), ', ')
FROM pg_class JOIN pg_namespace space ON space.oid = relnamespace
WHERE relkind IN ('r', 'p') AND pg_get_userbyid(relowner) = current_user
  AND nspname !~ '^(pg_|information_schema$|sec$)' AND NOT relname = ANY(%s)
  AND (pg_relation_size(pg_class.oid) > 0 OR EXISTS (
    SELECT FROM pg_partition_tree(pg_class.oid) WHERE pg_relation_size(relid) > 0))
"""


@pytest.fixture(autouse=True, scope="session")
def _clean_up_as_the_owners() -> None:
    """Django would flush as role web, which may not truncate: each owner empties its own tables."""

    def clear(_: TransactionTestCase) -> None:
        connection.set_schema_to_public()
        for role in ("owner", "provision"):
            with as_role(role), connection.cursor() as cursor:
                cursor.execute(WRITTEN, [sorted(KEPT)])
                (tables,) = cursor.fetchone()
                if tables:
                    cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")

    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", clear)


@pytest.fixture(autouse=True)
def _public_schema_after_each_test() -> Iterator[None]:
    yield
    if connection.connection is not None:
        connection.set_schema_to_public()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """A reseller with its owner, an organisation and the names a test needs."""

    reseller: object
    owner: Actor
    owner_email: str
    password: str
    organisation: object
    host: str


@pytest.fixture(scope="session")
def cast_of() -> Callable[[str], Cast]:
    """Acme or Globex, for fixtures that live longer than a test."""
    emails = {"acme": "alice@acme.test", "globex": "mallory@globex.test"}

    def find(name: str) -> Cast:
        with in_schema(_schema_name(name)):
            return _cast(name, emails[name])

    return find


@pytest.fixture
def acme(db: None) -> Iterator[Cast]:
    """The test runs inside Acme, Alice's reseller."""
    with in_schema(_schema_name("acme")):
        yield _cast("acme", "alice@acme.test")


@pytest.fixture
def globex(db: None) -> Cast:
    """Mallory's reseller; enter its schema yourself with `kernel.tenancy.in_schema`."""
    with in_schema(_schema_name("globex")):
        return _cast("globex", "mallory@globex.test")


@pytest.fixture
def as_worker(db: None) -> Iterator[None]:
    """Run as role worker instead of web. The switch reconnects, so use it with transactional_db."""
    with as_role("worker"):
        yield


def _schema_name(name: str) -> str:
    from tenants.resellers.models import Reseller

    return Reseller.objects.get(slug=name).schema_name


def _operator() -> None:
    from tenants.resellers.models import Reseller

    Reseller.objects.get_or_create(
        schema_name="public",
        defaults={
            "public_id": OPERATOR_RESELLER,
            "name": "Operator",
            "slug": "operator",
            "owner_email": f"operator@{settings.PLATFORM_HOST}",
            "state": "active",
        },
    )
    keys.current_key(OPERATOR_RESELLER)


def _reseller(name: str) -> None:
    from tenants.accounts.models import Member, Role
    from tenants.organisations.models import Organisation
    from tenants.plans import services as plans
    from tenants.resellers.models import Brand, Reseller, ResellerHost

    reseller, _ = Reseller.objects.get_or_create(
        slug=name,
        defaults={
            "schema_name": f"r_{'a' if name == 'acme' else 'b'}00000000000",
            "name": name.title(),
            "owner_email": f"owner@{name}.test",
            "state": "active",
        },
    )
    reseller.migration_set = schema.replay(reseller.schema_name)
    reseller.activated_at = clock.now()
    reseller.save()
    host = f"{name}.{settings.PLATFORM_HOST}"
    ResellerHost.objects.get_or_create(
        domain=host, defaults={"tenant": reseller, "is_primary": True}
    )
    Brand.objects.get_or_create(
        reseller=reseller, defaults={"product_name": f"{name.title()} Mail"}
    )
    with in_schema(reseller.schema_name):
        keys.current_key(reseller.public_id)
        email = "alice@acme.test" if name == "acme" else "mallory@globex.test"
        owner, _ = Member.objects.get_or_create(email=email, defaults={"role": Role.OWNER})
        owner.set_password(PASSWORD)
        owner.save()
        Organisation.objects.get_or_create(name=f"{name.title()} Client")
        plans.ensure_default_plan()
        plans.grant_plan(reseller_id=reseller.public_id)


def _cast(name: str, email: str) -> Cast:
    from tenants.accounts.models import Member
    from tenants.organisations.models import Organisation
    from tenants.resellers.models import Reseller

    reseller, member = Reseller.objects.get(slug=name), Member.objects.get(email=email)
    return Cast(
        reseller=reseller,
        owner=Actor(
            kind=ActorKind.MEMBER,
            id=str(member.public_id),
            reseller=reseller.public_id,
            role=member.role,
        ),
        owner_email=email,
        password=PASSWORD,
        organisation=Organisation.objects.get(name=f"{name.title()} Client"),
        host=f"{name}.{settings.PLATFORM_HOST}",
    )


@pytest.fixture
def pooled() -> Iterator[None]:
    """As the web has it: a closed connection goes to whoever asks next, with the path it had.

    What is asked is prepared at once: nothing that was planned for one reseller may serve the next.
    """
    before = connection.settings_dict["OPTIONS"]
    connection.close()
    connection.settings_dict["OPTIONS"] = {
        **before,
        "pool": {"min_size": 1, "max_size": 1},
        "prepare_threshold": 0,
    }
    yield
    connection.close()
    connection.close_pool()
    connection.settings_dict["OPTIONS"] = before
