"""A queue row without its ledger stops nobody else's mail."""

from uuid import UUID

from mailcore.delivery.engine.description import joined

LEASED = [{"recipient_id": UUID(int=1)}, {"recipient_id": UUID(int=2)}]


def test_a_row_that_the_ledger_does_not_know_is_named_and_left_alone(caplog):
    assert joined(LEASED, []) == []
    assert str(UUID(int=2)) in caplog.text
