"""Whatever a message is made of, its program is told what is wrong with it: never a fault of ours."""

import pytest

from mailcore.directory import services as directory
from mailcore.domains.models import Domain

NAUGHTY = [
    None, True, 0, -1, 10**30, 1.5, "", " ", "\0", "\ud800", "a\r\nb: c", "x" * 5000, "é" * 300,
    "\u202emoc.liave", "xn--", "xn--\u00fc", "%00", "${jndi:ldap://x}", "'; DROP TABLE domain; --",
    "../../etc/passwd", "0x7f.1", "１２７.0.0.1", "ﬀ.test", "a" * 64 + ".test", [], [[]], {}, {"a": 1},
    ["shop.test", "x.test"], "dom_00000000000000000000000000", "org_zzzzzzzzzzzzzzzzzzzzzzzzzz",
]  # fmt: skip

MESSAGE = {
    "from": "anna@shop.test", "to": ["ann@out.test"], "cc": [], "bcc": [], "reply_to": [],
    "subject": "s", "text": "t", "html": "h", "headers": {}, "attachments": [], "reference": "r",
    "stream": "transactional", "recipients": None, "raw": None,
}  # fmt: skip


@pytest.fixture
def api(acme, program):
    """A program that may send from shop.test."""
    api = program(acme)
    api.post("domains", {"name": "shop.test", "organisation": acme.organisation.reference})
    Domain.objects.update(state="verified")
    directory.set_routed("shop.test", is_verified=True)
    return api


def test_every_field_of_a_message_survives_nonsense_beside_good_ones(api) -> None:
    kinds = [value for value in NAUGHTY if value != "\ud800"]  # that is no JSON
    kinds += [*([value] for value in kinds), *({"X-A": value} for value in kinds)]
    kinds += [[{name: value}] for value in NAUGHTY[:9] for name in ("filename", "content")]
    given = [{**MESSAGE, field: value} for field in MESSAGE for value in kinds]
    for start in range(0, len(given), 300):
        answer = api.post("messages", {"messages": [*given[start : start + 300], MESSAGE]})
        assert answer.status_code == 202, answer.content
        *rows, last = answer.json()["data"]
        assert all(row["error"]["code"] for row in rows if "error" in row)
        assert last["recipients"][0]["state"] == "queued"
