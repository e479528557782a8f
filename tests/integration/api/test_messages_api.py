"""Programs send mail: what is taken, what is told, and what is never let through."""

import base64
import email
import email.policy
from email.message import EmailMessage

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel import crypto, ids, keys
from kernel.tenancy import in_schema
from mailcore.delivery.suppression import services as suppressions
from mailcore.directory import services as directory
from mailcore.directory.states import KeyState
from mailcore.protocol import dkim, dkim_keys
from tenants.organisations import selectors as holders
from tenants.organisations import services as organisations

pytestmark = pytest.mark.django_db
SHOP = {"from": "Shop <shop@client.test>", "subject": "Your order", "text": "Dear Ann,\n.dot\n"}
TO = {**SHOP, "to": ["ann@out.test"]}


def route(cast, domain: str, *, is_verified: bool = True, organisation=None) -> None:
    organisation = organisation or cast.organisation
    directory.claim_domain(
        public_id=ids.uuid7(), domain=domain, organisation_id=organisation.public_id
    )
    directory.set_routed(domain, is_verified=is_verified)


@pytest.fixture
def api(acme, program):
    route(acme, "client.test")
    return program(acme)


def stored(identifier: str) -> tuple[bytes, bytes, dict[str, object]]:
    """Content, body hash and row of a stored message."""
    message_id = ids.from_public("msg", identifier)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM message_body WHERE id = %s", [message_id])
        (sealed,) = cursor.fetchone()
        cursor.execute("SELECT * FROM message WHERE id = %s", [message_id])
        row = dict(zip([c.name for c in cursor.description], cursor.fetchone(), strict=True))
    key = keys.open_key(crypto.key_id_of(bytes(sealed)))
    content = crypto.unseal(key=key, sealed=bytes(sealed), context=message_id.bytes)
    return content, bytes(row["body_hash"]), row


def count(table: str = "message") -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def read(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.SMTP)


def sent(api, *messages, **one) -> list[dict[str, object]]:
    answer = api.post("messages", {"messages": list(messages)} if messages else {**SHOP, **one})
    assert answer.status_code == 202, answer.content
    return answer.json()["data"]


def test_a_message_is_stored_for_each_recipient_and_followed(api, acme):
    (row,) = sent(
        api, to=["Ann <Ann@Out.test>"], cc=["ben@out.test"], bcc=["eve@out.test", "ANN@x.test"],
        reference="order-77=",
    )  # fmt: skip
    assert (row["index"], row["reference"]) == (0, "order-77=")
    assert [r["address"] for r in row["recipients"]] == [
        "Ann@out.test", "ben@out.test", "eve@out.test", "ANN@x.test",
    ]  # fmt: skip
    assert {r["state"] for r in row["recipients"]} == {"queued"}
    paths = set()
    for recipient in row["recipients"]:
        content, body_hash, kept = stored(recipient["id"])
        message = read(content)
        assert message["to"] == "Ann <Ann@out.test>"
        assert (message["cc"], message["bcc"]) == ("ben@out.test", None)
        assert message["message-id"] == recipient["message_id"] == kept["message_id"]
        assert message.get_content() == "Dear Ann,\r\n.dot\r\n"
        assert body_hash == dkim.body_hash(content)
        assert kept["organisation_id"] == acme.organisation.public_id
        assert (kept["stream"], kept["from_domain"]) == ("transactional", "client.test")
        paths.add(kept["envelope_from"])
    assert len(paths) == 4, "each recipient has a return path of its own"
    assert all(path.endswith("@bounce.infra.test") for path in paths)
    found = api.get(f"messages/{row['recipients'][0]['id']}").json()
    assert (found["reference"], found["stream"]) == ("order-77=", "transactional")
    (recipient,) = found["recipients"]
    assert (recipient["address"], recipient["state"]) == ("Ann@out.test", "queued")
    assert recipient["attempts"] == []


def coded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def refused(api, status: int, code: str, pointer: str = "", **fields) -> dict[str, object]:
    """What a message with these fields is told; nothing is stored of it."""
    before = count()
    message = {**TO, **fields}
    answer = api.post("messages", {k: v for k, v in message.items() if v is not ...})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    if pointer:
        assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    assert count() == before
    return answer.json()


def test_what_is_no_message_is_told_at_its_place(api):
    invalid = "message.invalid"
    for pointer, fields in {
        "/from": {"from": "nobody"},
        "/to": {"to": ...},
        "/to/1": {"to": ["ann@out.test", "Ben <ben@>"]},
        "/cc": {"cc": "ben@out.test"},
        "/bcc": {"recipients": ["a@out.test"], "bcc": ["b@out.test"]},
        "/recipients/0": {"recipients": ["a b@out.test"]},
        "/text": {"text": ...},
        "/html": {"html": 7},
        "/stream": {"stream": "mailbox"},
        "/reference": {"reference": "two words"},
        "/sent_at": {"sent_at": "now"},
        "/attachments/0/content": {"attachments": [{"filename": "a", "content": "=="}]},
        "/attachments/0/filename": {"attachments": [{"filename": "../a", "content": ""}]},
        "/attachments/0/content_type": {
            "attachments": [{"filename": "a", "content": "", "content_type": "message/rfc822"}]
        },
        "/headers/Message-ID": {"headers": {"Message-ID": "no brackets"}},
        "/headers/X-Much": {"headers": {"X-Much": "x" * 901}},
        "/raw": {
            "raw": "QQ==",
            "recipients": ["a@out.test"],
            "from": ...,
            "to": ...,
            "subject": ...,
            "text": ...,
        },
    }.items():
        refused(api, 422, invalid, pointer, **fields)
    assert api.post("messages", [TO]).json()["code"] == "message.invalid"
    for field in (
        "Bcc",
        "DKIM-Signature",
        "Received",
        "Return-Path",
        "X-Livery-Identity",
        "From",
        "X Y",
        "x:y",
    ):
        name = field.replace("/", "~1")
        refused(api, 422, "message.header_not_allowed", f"/headers/{name}", headers={field: "a"})


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\0", "\x85", "\u2028", "\x0b", "\x1b"])
def test_no_text_becomes_a_line_of_the_header(api, end):
    text = f"a{end}Bcc: eve@out.test"
    for fields in (
        {"subject": text}, {"from": f'"{text}" <shop@client.test>'}, {"reply_to": [f"{text} <a@out.test>"]},
        {"to": [f"a{end}b@out.test"]}, {"recipients": [f"a@out.test{end}>"]}, {"headers": {"X-A": text}},
        {"headers": {f"X-A{end}": "a"}}, {"reference": f"a{end}b"},
        {"attachments": [{"filename": text, "content": ""}]},
        {"attachments": [{"filename": "a", "content": "", "content_id": text}]},
        {"attachments": [{"filename": "a", "content": "", "content_type": f"text/plain{end}x"}]},
    ):  # fmt: skip
        answer = api.post("messages", {**TO, **fields})
        assert answer.status_code == 422, (fields, answer.content)
    assert count() == 0


def test_one_bad_message_neither_loses_nor_hides_the_others(api, acme):
    suppressions.add_suppression(actor=acme.owner, address="gone@out.test")
    route(acme, "new.test", is_verified=False)
    rows = sent(
        api, TO, {**TO, "from": "shop@elsewhere.test"}, {**TO, "to": ["Gone@out.test"]}, 7,
        {**TO, "from": "shop@new.test"}, {**TO, "stream": "bulk"}, {**TO, "reference": "last"},
    )  # fmt: skip
    assert [row["index"] for row in rows] == list(range(7))
    faults = {
        row["index"]: (row["error"]["pointer"], row["error"]["code"])
        for row in rows
        if "error" in row
    }
    assert faults == {
        1: ("/messages/1/from", "message.sender_refused"),
        3: ("/messages/3", "message.invalid"),
        4: ("/messages/4/from", "domain.not_verified"),
        5: ("/messages/5", "bulk.domain_not_ready"),
    }
    states = {row["index"]: row["recipients"][0] for row in rows if "recipients" in row}
    assert [(one["state"], one["reason"]) for one in states.values()] == [
        ("queued", None), ("suppressed", "manual"), ("queued", None),
    ]  # fmt: skip
    assert (count(), count("queue_entry")) == (3, 2)
    assert rows[6]["reference"] == "last"
    ended = api.get(f"messages/{states[2]['id']}").json()["recipients"][0]
    assert (ended["state"], bool(ended["ended_at"])) == ("suppressed", True)
    answer = api.post("messages", {"messages": [7, {**TO, "from": "x@elsewhere.test"}]})
    assert (answer.status_code, answer.json()["code"]) == (422, "message.none_accepted")
    assert [one["pointer"] for one in answer.json()["errors"]] == [
        "/messages/0",
        "/messages/1/from",
    ]


def test_who_may_not_send_sends_nothing_and_learns_nothing(api, acme, globex, program):
    other = organisations.create_organisation(actor=acme.owner, name="Other")
    route(acme, "other.test", organisation=other)
    with in_schema(globex.reseller.schema_name):
        route(globex, "rival.test")
    told = [
        refused(api, 422, "message.sender_refused", "/from", **{"from": f"a@{domain}"})
        for domain in ("rival.test", "nowhere.test", "sub.client.test")
    ]
    for one in told:
        assert (one["detail"], one["errors"]) == (told[0]["detail"], told[0]["errors"])
    bound = program(acme, organisation=other.public_id)
    refused(bound, 422, "message.sender_refused", "/from")
    (row,) = sent(bound, **{"from": "a@other.test", "to": ["x@out.test"]})
    own = row["recipients"][0]["id"]
    (row,) = sent(api, to=["y@out.test"])
    foreign = row["recipients"][0]["id"]
    assert bound.get(f"messages/{own}").status_code == 200
    for key, identifier in ((bound, foreign), (program(globex), foreign), (api, "msg_" + "0" * 26)):
        answer = key.get(f"messages/{identifier}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    reader = program(acme, scopes=["messages.read"])
    refused(reader, 403, "not_allowed")
    assert reader.get(f"messages/{foreign}").status_code == 200
    assert program(acme, scopes=["messages.send"]).get(f"messages/{foreign}").status_code == 403
    for key in holders.list_api_keys():
        organisations.revoke_api_key(actor=acme.owner, key_id=key.public_id)
    refused(api, 401, "not_authenticated")


def test_a_mailing_brings_what_it_must_for_each_reader(api, acme):
    pair = dkim_keys.make(dkim_keys.ED25519)
    directory.add_signing_keys("client.test", {"e": pair}, state=KeyState.ACTIVE)
    given = {"from": SHOP["from"], "subject": "Offers", "html": "<p>Buy</p>", "stream": "bulk"}
    readers = ["ann@out.test", "ben@out.test"]
    (row,) = sent(api, {**given, "recipients": readers})
    for address, recipient in zip(readers, row["recipients"], strict=True):
        content, body_hash, kept = stored(recipient["id"])
        message = read(content)
        assert (message["to"], kept["stream"]) == (address, "bulk")
        assert message["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
        assert f"https://{acme.host}/u/" in message["list-unsubscribe"].replace(" ", "")
        assert message["cfbl-feedback-id"] == kept["envelope_from"]
        assert message["message-id"] == recipient["message_id"] == kept["message_id"]
        assert body_hash == dkim.body_hash(content)
    half = {"List-Unsubscribe": "<https://client.test/leave>"}
    answer = api.post("messages", {**given, "to": readers, "headers": half})
    assert answer.json()["code"] == "bulk.unsubscribe_incomplete"
    whole = {**half, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    (row,) = sent(api, {**given, "to": readers, "headers": whole})
    message = read(stored(row["recipients"][0]["id"])[0])
    assert message["list-unsubscribe"] == half["List-Unsubscribe"]


def test_a_message_of_ones_own_making_is_freed_of_what_is_not_its_to_say(api):
    raw = (
        b"From: Shop <shop@client.test>\nTo: all:;\nBcc: eve@out.test\nSubject: =?utf-8?q?J=C3=A4?=\n"
        b"X-Livery-Identity: forged\nReturn-Path: <a@b.test>\nMessage-ID: <1@client.test>\n\nHi\n.\nyou\n"
    )
    given = {"raw": coded(raw), "recipients": ["ann@out.test", "ANN@OUT.test", "eve@out.test"]}
    (row,) = sent(api, given)
    assert [one["address"] for one in row["recipients"]] == [
        "ann@out.test", "ANN@out.test", "eve@out.test",
    ]  # fmt: skip
    content, body_hash, kept = stored(row["recipients"][0]["id"])
    message = read(content)
    assert message.keys() == ["Date", "From", "To", "Subject", "Message-ID"]
    assert content.endswith(b"\r\n\r\nHi\r\n.\r\nyou\r\n")
    assert (kept["message_id"], body_hash) == ("<1@client.test>", dkim.body_hash(content))
    for wrong in (
        b"From: a@client.test\nFrom: b@client.test\n\nx", b"From: a@client.test, b@x.test\n\nx",
        b"Subject: none\n\nx",
        b"From: a@client.test\nSender: b@elsewhere.test\n\nx",
        b"From: a@client.test\n" + b"X-A: b\n" * 2001 + b"\nx",
        b"From: a@client.test\n" + b"Received: by b\n" * 101 + b"\nx",
    ):  # fmt: skip
        answer = api.post("messages", {**given, "raw": coded(wrong)})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/raw"), wrong
    (row,) = sent(api, {**given, "raw": coded(b"From: a@client.test\n\n" + b"x" * 999)})
    assert stored(row["recipients"][0]["id"])[0].endswith(b"x" * 998 + b"\r\n x\r\n")
    answer = api.post("messages", {**given, "raw": coded(b"From: a@elsewhere.test\n\nx")})
    assert answer.json()["code"] == "message.sender_refused"


def test_files_pictures_and_letters_of_all_scripts_arrive_as_given(api):
    picture = {
        "filename": "logo.png",
        "content_type": "image/png",
        "content": coded(b"\x89PNG"),
        "content_id": "logo@x",
    }
    table = {
        "filename": 'Übersicht "1".csv',
        "content_type": "text/csv; charset=utf-8",
        "content": coded("ä,ö\n".encode()),
    }
    (row,) = sent(
        api, **{"from": '"Müller, \\"Eva\\"" <eva@client.test>'}, to=["Jörg ✉ <joerg@bücher.test>"],
        reply_to=["help@client.test"], subject="Grüße 👩‍👩‍👧 " * 20, text="Grüße\n" * 3, html="<img src=cid:logo@x>",
        attachments=[picture, table], headers={"X-Order": "№ 77", "In-Reply-To": "<1@out.test>", "TLS-Required": "No"},
    )  # fmt: skip
    content, _, kept = stored(row["recipients"][0]["id"])
    message = read(content)
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert (kept["is_smtputf8"], kept["is_8bit"], kept["require_tls"]) == (False, False, False)
    (sender,), (to,) = message["from"].addresses, message["to"].addresses
    assert (sender.display_name, sender.addr_spec) == ('Müller, "Eva"', "eva@client.test")
    assert (to.display_name, to.addr_spec) == ("Jörg ✉", "joerg@xn--bcher-kva.test")
    assert message["subject"] == ("Grüße 👩‍👩‍👧 " * 20).strip()
    assert (message["x-order"], message["reply-to"]) == ("№ 77", "help@client.test")
    assert message.get_body(["plain"]).get_content() == "Grüße\r\n" * 3
    leaves = [part for part in message.walk() if not part.is_multipart()]
    assert [part.get_content_type() for part in leaves] == [
        "text/plain",
        "text/html",
        "image/png",
        "text/csv",
    ]
    assert leaves[2]["content-id"] == "<logo@x>"
    assert leaves[3].get_filename() == 'Übersicht "1".csv'
    assert leaves[3].get_payload(decode=True) == "ä,ö\n".encode()
    (row,) = sent(api, to=["jörg@out.test"])
    assert stored(row["recipients"][0]["id"])[2]["is_smtputf8"]


def test_what_is_too_much_is_refused_whole(api):
    answer = api.post("messages", {"messages": [{}] * 1001})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/messages")
    for body in ({"messages": []}, {"messages": TO}, {"messages": [TO], "from": "a@client.test"}):
        assert api.post("messages", body).status_code == 422
    many = [f"a{n}@out.test" for n in range(600)]
    answer = api.post("messages", {"messages": [{**SHOP, "to": many}, {**SHOP, "bcc": many}]})
    assert (answer.status_code, answer.json()["code"]) == (422, "message.too_many_recipients")
    large = {"text": "x" * 9_000_000}
    refused(api, 422, "message.too_large", recipients=many[:12], to=[], **large)
    refused(api, 422, "message.too_large", text="x\n" * 4_999_999 + "y")
    answer = api.post("messages", {**TO, "text": "x" * 20_000_001})
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert count() == 0


def test_a_request_that_is_repeated_is_accepted_once(api):
    first = api.post("messages", {"messages": [TO, 7]}, Idempotency_Key="k1")
    again = api.post("messages", {"messages": [TO, 7]}, Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert count() == 1
    other = api.post("messages", {"messages": [TO]}, Idempotency_Key="k1")
    assert other.json()["code"] == "idempotency.key_reused"


def test_a_batch_costs_no_more_statements_than_one_message(api):
    sent(api, to=["ann@out.test"])  # the key's last use is noted once a minute
    costs = []
    for messages in (1, 100):
        with CaptureQueriesContext(connection) as seen:
            sent(api, *[TO] * messages)
        costs.append(len([one for one in seen if not one["sql"].startswith("SET ")]))
    assert costs == [costs[0]] * 2
    assert costs[0] <= 12
    assert count() == 102
