"""One reseller never sees another's rows, whatever the query forgets."""

import pytest
from django.db import connection
from django.db.utils import ProgrammingError

from kernel.models import AuditEntry
from kernel.outbox import audit, publish
from kernel.tenancy import current_reseller_id, in_schema

pytestmark = pytest.mark.django_db


def test_the_current_reseller_is_read_from_the_schema(acme):
    assert current_reseller_id() == acme.reseller.public_id


def test_a_reseller_reads_only_its_own_audit_rows(acme, globex):
    audit("domain.add", subject="dom_1", actor=acme.owner)
    assert AuditEntry.objects.count() == 1
    with in_schema(globex.reseller.schema_name):
        assert AuditEntry.objects.count() == 0


def test_an_event_cannot_be_written_in_another_resellers_name(acme, globex):
    with pytest.raises(ProgrammingError, match="row-level security"):
        publish("domain.added", subject="dom_1", reseller_id=globex.reseller.public_id)


def test_the_portals_role_cannot_read_private_dkim_keys(acme):
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("SELECT sealed_key FROM public.signing_key")


@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET sql = sql", "DELETE FROM {}", "INSERT INTO {} DEFAULT VALUES"]
)
def test_the_portals_role_cannot_change_what_a_new_schema_is_made_from(acme, statement):
    """Role provision runs that text: whoever may write it owns every reseller's schema."""
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(statement.format("public.template_artefact"))


def test_audit_rows_cannot_be_changed(acme):
    audit("domain.add", subject="dom_1", actor=acme.owner)
    with pytest.raises(ProgrammingError, match="permission denied"):
        AuditEntry.objects.update(action="nothing happened")
