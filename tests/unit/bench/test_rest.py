"""Letters as requests of the API, and what its answers say of them."""

import base64

from stack.bench.delivery.rest import note, request_of
from stack.bench.delivery.source import Sent
from stack.bench.delivery.traffic import Letter

BATCH = [
    Letter(number=number, sender="a@b.test", recipient=f"r{number}@c.test", content=b"x\r\n\r\ny")
    for number in (7, 8, 9)
]


def test_each_letter_goes_as_it_is_to_its_own_recipient() -> None:
    messages = request_of(BATCH)["messages"]
    assert [one["recipients"] for one in messages] == [[x.recipient] for x in BATCH]
    assert {base64.b64decode(one["raw"]) for one in messages} == {b"x\r\n\r\ny"}


def test_only_what_is_queued_counts_as_accepted() -> None:
    sent = Sent()
    rows = [
        {"index": 0, "recipients": [{"state": "queued"}]},
        {"index": 1, "recipients": [{"state": "suppressed"}]},
        {"index": 2, "error": {"code": "message.invalid"}},
    ]
    note(BATCH, rows, sent)
    assert set(sent.accepted) == {7}
    assert len(sent.refused) == 2
