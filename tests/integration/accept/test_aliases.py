"""Mail to an alias waits for each mailbox behind it; who is behind it may write in its name."""

import pytest

from kernel import ids
from mailcore.directory import services as directory
from mailcore.directory.models import MailboxLogin

pytestmark = pytest.mark.django_db(transaction=True)
SALES = "sales@client.test"


@pytest.fixture
def sales(acme, anna):
    """An alias that leads to Anna and Ben."""
    public_id, organisation_id = ids.uuid7(), acme.organisation.public_id
    MailboxLogin.objects.create(
        public_id=ids.uuid7(), address="ben@client.test", domain="client.test", home="x/ben",
        reseller_id=acme.reseller.public_id, organisation_id=organisation_id, password="x",
    )  # fmt: skip
    directory.add_alias(
        public_id=public_id, address=SALES, domain="client.test",
        organisation_id=organisation_id, targets=[anna, "ben@client.test"],
    )  # fmt: skip
    return public_id


def test_each_mailbox_behind_an_alias_gets_it_once(sales, anna, start, letter, rows) -> None:
    client = start().connect_as_edge()
    (reply,) = client.send(letter(), "<Sales+x@client.test>", "<ben@client.test>", "<x@out.test>")
    assert reply.startswith(b"250")
    found = rows("SELECT address, deliver_to, status FROM recipient ORDER BY address, deliver_to")
    assert [(row["address"], row["deliver_to"]) for row in found] == [
        ("ben@client.test", None),
        ("sales+x@client.test", anna),
        ("x@out.test", None),
    ]
    sites = rows("SELECT site FROM queue_entry")
    assert sorted(row["site"] for row in sites) == ["local", "local", "out.test"]


def test_who_is_behind_an_alias_writes_in_its_name(sales, anna, start, letter, rows) -> None:
    daemon = start()
    assert daemon.ask(sender=SALES, login=anna).startswith("action=PREPEND")
    assert daemon.ask(sender=SALES, login="eve@client.test").startswith("action=550 5.7.1")
    client = daemon.connect_as_edge()
    (reply,) = client.send(
        letter(sender="Sales@client.test", envelope_from=SALES), "<x@out.test>", sender=SALES
    )
    assert reply.startswith(b"250")
    (row,) = rows("SELECT submitter, envelope_from FROM message")
    assert (row["submitter"], row["envelope_from"]) == (anna, SALES)
    # No longer an alias between MAIL and the end of the message.
    directory.set_alias_targets(sales, ["ben@client.test"])
    (reply,) = client.send(letter(sender=SALES, envelope_from=SALES), "<x@out.test>", sender=SALES)
    assert reply.startswith(b"550 5.7.1")
    assert daemon.ask(sender=SALES, login=anna).startswith("action=550 5.7.1")


def test_without_the_database_another_name_has_to_wait(anna, start) -> None:
    daemon = start(dsn="host=127.77.101.250 port=1 dbname=x user=x connect_timeout=1")
    assert daemon.ask(sender=anna, login=anna).startswith("action=PREPEND")
    assert daemon.ask(sender=SALES, login=anna).startswith("action=451 4.3.0")
