"""Statements that bring recipients under a lease bring the same of each."""

import re
from dataclasses import fields

import pytest

from mailcore.delivery.jobs import Claimed
from mailcore.delivery.statements import statement


def _columns(query: str, first: str) -> set[str]:
    (columns,) = re.findall(rf"SELECT ({first}.*?)\nFROM", query, re.DOTALL)
    columns = re.sub(r"\([^()]*\)", "", columns)  # what a function is given is no column
    return {re.split(r"\.| AS ", column.strip())[-1] for column in columns.split(",")}


@pytest.mark.parametrize("name", ["claim", "claim_expired", "leased_before"])
def test_a_claimed_recipient_comes_complete(name):
    leased = _columns(statement(name), r"q\.recipient_id,")
    described = _columns(statement("describe"), r"r\.id AS recipient_id,")
    assert leased & described == {"recipient_id"}
    assert leased | described == {field.name for field in fields(Claimed)}
