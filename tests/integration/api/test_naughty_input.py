"""Whatever a program sends, it is told what is wrong with it: never an error of ours."""

import json

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
def orders(acme, program):
    """path → a body that would be taken."""
    api = program(acme)
    domain = api.post(
        "domains", {"name": "shop.test", "organisation": acme.organisation.reference}
    ).json()
    Domain.objects.update(state="verified")
    directory.set_routed("shop.test", is_verified=True)
    mailbox = {"domain": domain["id"], "local_part": "anna", "password": "a long enough secret"}
    update = {
        "server": "127.0.0.9", "port": 53, "key_name": "k", "algorithm": "hmac-sha256",
        "secret": "c2VjcmV0c2VjcmV0",
    }  # fmt: skip
    return api, {
        "organisations": {"name": "Bakery"},
        "domains": {"name": "bakery.test", "organisation": acme.organisation.reference},
        "mailboxes": {**mailbox, "display_name": "Anna"},
        f"domains/{domain['id']}/dns-update": update,
        "suppressions": {"address": "ann@out.test", "until": None},
    }


def test_every_field_survives_every_kind_of_nonsense(orders) -> None:
    api, paths = orders
    for path, body in paths.items():
        for field in body:
            for value in NAUGHTY:
                sent = json.dumps({**body, field: value})
                answer = api.post(path, sent)
                assert answer.status_code < 500, (path, field, value, answer.content)
                if answer.status_code >= 400:
                    assert answer.json()["code"], (path, field, value)


def test_every_field_of_a_message_survives_nonsense_beside_good_ones(orders) -> None:
    api, _ = orders
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


def test_every_place_in_a_path_survives_nonsense(orders) -> None:
    api, _ = orders
    for text in ("%00", "x" * 3000, "..%2f..", "%ff", "dom_", "dom_%C3%A9", "'", "dom_" + "z" * 26):
        for path in (f"domains/{text}", f"domains/{text}/records", f"mailboxes/{text}"):
            answer = api.get(path)
            assert answer.status_code == 404, (path, answer.content)


def test_every_query_survives_nonsense(orders) -> None:
    api, _ = orders
    for text in ("\0", "x" * 3000, "-1", "1e9", "٣", "cur_", "cur_" + "z" * 26, "''"):
        for name in ("limit", "cursor", "domain"):
            answer = api.get("mailboxes", **{name: text})
            assert 400 <= answer.status_code < 500, (name, text, answer.content)
