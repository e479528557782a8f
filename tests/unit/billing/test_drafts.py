"""Every usage record is on exactly one line, and a line's amount is rounded once."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.invoicing.drafts import Usage, draft_lines
from billing.pricing.errors import PriceMissing
from billing.pricing.selectors import Rates
from kernel import ids

RATES = Rates(
    currency="EUR",
    unit_price_minor={"mailbox_days": Decimal(5), "messages_sent": Decimal("0.02")},
)
CLIENTS = [None, UUID(int=1), UUID(int=2)]


def usage(*, quantity, meter="messages_sent", organisation_id=None):
    return Usage(
        public_id=ids.uuid7(),
        organisation_id=organisation_id,
        meter=meter,
        quantity=Decimal(quantity),
    )


records = st.builds(
    usage,
    quantity=st.decimals(min_value=0, max_value=10**6, places=4),
    meter=st.sampled_from(sorted(RATES.unit_price_minor)),
    organisation_id=st.sampled_from(CLIENTS),
)


@given(st.lists(records, max_size=40))
def test_the_lines_hold_every_record_once_and_nothing_else(given_usage):
    lines = draft_lines(given_usage, rates=RATES)
    on_lines = [usage_id for line in lines for usage_id in line.usage_ids]
    assert sorted(on_lines) == sorted(record.public_id for record in given_usage)
    assert sum(line.quantity for line in lines) == sum(record.quantity for record in given_usage)
    assert [line.n for line in lines] == list(range(1, len(lines) + 1))
    assert len({(line.organisation_id, line.meter) for line in lines}) == len(lines)


@given(st.lists(records, min_size=1, max_size=40))
def test_a_line_is_never_more_than_half_a_cent_from_its_exact_price(given_usage):
    for line in draft_lines(given_usage, rates=RATES):
        assert abs(line.amount_minor - line.quantity * line.unit_price_minor) <= Decimal("0.5")


def test_parts_of_a_cent_are_summed_before_they_are_rounded():
    lines = draft_lines([usage(quantity=1) for _ in range(25)], rates=RATES)
    assert [(line.quantity, line.amount_minor) for line in lines] == [(25, 1)]


def test_half_a_cent_is_rounded_up():
    assert RATES.amount(meter="messages_sent", quantity=Decimal(25)) == 1
    assert RATES.amount(meter="messages_sent", quantity=Decimal("24.9999")) == 0


def test_each_client_has_its_own_line():
    lines = draft_lines(
        [
            usage(quantity=1, meter="mailbox_days", organisation_id=CLIENTS[1]),
            usage(quantity=2, meter="mailbox_days", organisation_id=CLIENTS[2]),
            usage(quantity=3, meter="mailbox_days", organisation_id=CLIENTS[1]),
        ],
        rates=RATES,
    )
    assert [(line.organisation_id, line.quantity) for line in lines] == [
        (CLIENTS[1], 4),
        (CLIENTS[2], 2),
    ]


def test_what_has_no_price_is_not_billed_at_nothing():
    with pytest.raises(PriceMissing):
        draft_lines([usage(quantity=1, meter="carrier_pigeons")], rates=RATES)
