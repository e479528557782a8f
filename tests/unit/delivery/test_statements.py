"""Statements that bring recipients under a lease bring the same of each."""

import re
from dataclasses import fields

import pytest

from mailcore.delivery.jobs import Claimed
from mailcore.delivery.statements import statement


@pytest.mark.parametrize("name", ["claim", "claim_expired", "leased_before"])
def test_a_claimed_recipient_comes_complete(name):
    (columns,) = re.findall(r"SELECT (q\.recipient_id,.*?)\nFROM", statement(name), re.DOTALL)
    named = {column.strip().rpartition(".")[2] for column in columns.split(",")}
    assert named == {field.name for field in fields(Claimed)}
