"""Keys that were made before they were needed belong to whoever takes them, and to nobody else."""

import base64

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from kernel import keys
from kernel.roles import as_role
from kernel.tenancy import in_schema
from mailcore.directory import services as directory
from mailcore.directory.models import SigningKey
from mailcore.domains import services
from mailcore.domains.services.dkim_keys import shelf
from mailcore.protocol import dkim_keys

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stored(settings):
    """Three keys in store, of three."""
    settings.SPARE_KEYS = 3
    with as_role("worker"):
        while services.store_key():
            pass
        assert directory.count_spares() == 3


def count():
    with as_role("worker"):
        return directory.count_spares()


def test_a_new_domain_takes_its_rsa_keys_out_of_the_store(stored, acme, monkeypatch):
    made = []
    monkeypatch.setattr(dkim_keys, "_make_rsa", lambda: made.append(1))
    with in_schema(acme.reseller.schema_name):
        domain = services.add_domain(
            actor=acme.owner, organisation_id=acme.organisation.public_id, name="stored.test"
        )
    assert not made
    assert count() == 1
    rsa = [key for key in domain.dkim_keys.all() if key.algorithm == dkim_keys.RSA]
    with as_role("signer"):
        for key in rsa:
            row = SigningKey.objects.get(public_id=key.public_id)
            private = keys.unseal_record(bytes(row.sealed_key), context=key.public_id.bytes)
            public = load_pem_private_key(private, password=None).public_key()
            shown = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            assert base64.b64encode(shown).decode() == key.public_key


def test_what_the_store_lacks_is_made(stored, acme):
    with in_schema(acme.reseller.schema_name), transaction.atomic():
        pairs = shelf.take_pairs(["r1", "r2", "e1", "e2"])
        more = shelf.take_pairs(["r1", "r2"])
    assert len({pair.public for pair in (*pairs.values(), *more.values())}) == 6
    assert count() == 0


def test_a_domain_that_comes_to_nothing_gives_its_keys_back(stored, acme):
    with in_schema(acme.reseller.schema_name), transaction.atomic():
        assert len(directory.take_spares(2)) == 2
        transaction.set_rollback(True)
    assert count() == 3


@pytest.mark.parametrize("role", ["web", "worker"])
def test_nobody_looks_at_the_stores_private_halves(stored, role):
    with as_role(role), connection.cursor() as cursor, pytest.raises(ProgrammingError):
        cursor.execute("SELECT sealed_key FROM public.spare_key")
