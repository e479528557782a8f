"""Messages are found: by where they stand, to whom, from whom; each caller's own, page by page."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel import clock, ids
from kernel.tenancy import in_schema
from mailcore.delivery.accept.submission import Stream
from mailcore.delivery.sending import listing
from mailcore.delivery.streams import pauses
from mailcore.directory import services as directory
from tenants.organisations import services as organisations

pytestmark = pytest.mark.django_db

#: Newer messages like the last of a domain.
COPIES = """
INSERT INTO public.message (id, reseller_id, organisation_id, stream, envelope_from, from_domain, size, accepted_at)
SELECT (left(last.id::text, 24) || lpad(n::text, 12, '0'))::uuid,
       reseller_id, organisation_id, stream, envelope_from, from_domain, size, accepted_at
FROM (SELECT * FROM public.message WHERE from_domain = %(from_domain)s ORDER BY id DESC LIMIT 1) AS last,
     generate_series(1, %(count)s) AS n
"""


@pytest.fixture
def post(acme, program):
    """Sends from a domain to addresses; the ids of the messages, in their order."""
    api = program(acme)

    def send(*to: str, domain: str = "client.test", **given: object) -> list[str]:
        body = {"from": f"shop@{domain}", "to": list(to), "text": "Hello", **given}
        answer = api.post("messages", body)
        assert answer.status_code == 202, answer.content
        (row,) = answer.json()["data"]
        return [one["id"] for one in row["recipients"]]

    return send


def route(cast, domain: str, organisation=None):
    public_id = ids.uuid7()
    owner = organisation or cast.organisation
    directory.claim_domain(public_id=public_id, domain=domain, organisation_id=owner.public_id)
    directory.set_routed(domain, is_verified=True)
    return public_id


def listed(asked: dict[str, str]) -> str:
    return f"messages?{urlencode(asked)}"


def found(api, **asked: str) -> list[str]:
    answer = api.get(listed(asked))
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["data"]]


def test_messages_are_found_by_what_is_known_of_them(acme, globex, program, post) -> None:
    other = organisations.create_organisation(actor=acme.owner, name="Other")
    client = route(acme, "client.test")
    second = route(acme, "second.test", other)
    (ann,) = post("Ann@out.test", reference="order 1".replace(" ", "-"))
    which = {"actor": acme.owner, "reseller_id": acme.reseller.public_id}
    pauses.pause_stream(**which, stream=Stream.TRANSACTIONAL, reason="a test")
    ben, cleo = post("ben@out.test", "cleo@out.test")
    (ann_again,) = post("ann@out.test", domain="second.test")
    api = program(acme)
    assert found(api) == [ann_again, *sorted([ben, cleo], reverse=True), ann]
    assert found(api, recipient="ANN@OUT.test") == [ann_again, ann]
    assert found(api, state="queued") == [ann]
    assert found(api, state="held", recipient="ann@out.test") == [ann_again]
    assert found(api, reference="order-1") == [ann]
    header = api.get(f"messages/{ann}").json()["message_id"]
    assert found(api, message_id=header) == found(api, message_id=header.strip("<>")) == [ann]
    assert found(api, message_id="<none@out.test>") == []
    assert found(api, stream="bulk") == found(api, sender="x@y.test") == []
    assert found(api, domain=ids.to_public("dom", second)) == [ann_again]
    assert found(api, domain=ids.to_public("dom", ids.uuid7())) == []
    now = clock.now()
    assert found(api, until=(now - timedelta(hours=2)).isoformat()) == []
    assert found(api, since="0001-01-01T00:00:00Z", until="9999-12-31T23:59:59Z", limit="1") == [
        ann_again
    ]
    assert found(api, until="1000-01-01T00:00:00Z") == []
    for wrong in ({"state": "lost"}, {"since": "soon"}, {"recipent": "x"}, {"sort": "id"}):
        assert api.get(listed(wrong)).status_code == 422, wrong
    (row,) = api.get(listed({"state": "held", "domain": ids.to_public("dom", second)})).json()[
        "data"
    ]
    assert (row["from_domain"], row["recipient_count"]) == ("second.test", 1)
    assert row["recipients"] == [
        {
            "address": "ann@out.test",
            "state": "held",
            "reason": "stream paused: a test",
            "ended_at": None,
        }
    ]
    assert found(program(acme, organisation=other.public_id)) == [ann_again]
    bound = program(acme, organisation=acme.organisation.public_id, domain=client)
    assert set(found(bound)) == {ann, ben, cleo}
    assert found(bound, domain=ids.to_public("dom", second)) == []
    with in_schema(globex.reseller.schema_name):
        assert found(program(globex)) == found(program(globex), recipient="ann@out.test") == []


def test_a_page_looks_at_a_bounded_number_and_says_where_to_go_on(
    acme, program, post, monkeypatch
) -> None:
    route(acme, "client.test")
    sent = [one for n in range(6) for one in post(f"r{n}@out.test")]
    monkeypatch.setattr(listing, "SCANNED", 4)
    api, seen, pages, cursor = program(acme), [], 0, None
    while pages == 0 or cursor:
        asked = {"limit": "3", **({"cursor": cursor} if cursor else {})}
        answer = api.get(listed(asked)).json()
        seen += [one["id"] for one in answer["data"]]
        cursor, pages = answer["next_cursor"], pages + 1
        post("late@out.test")  # what comes meanwhile moves nothing
    assert seen == sent[::-1]
    answer = api.get(listed({"recipient": "r0@out.test", "state": "queued"})).json()
    assert [one["id"] for one in answer["data"]] == sent[:1]
    answer = api.get(listed({"reference": "none"})).json()
    assert (answer["data"], bool(answer["next_cursor"])) == ([], True)


def test_an_organisations_key_looks_at_its_own_messages_only(
    acme, program, post, monkeypatch
) -> None:
    other = organisations.create_organisation(actor=acme.owner, name="Other")
    route(acme, "client.test")
    route(acme, "second.test", other)
    (mine,) = post("a@out.test", domain="second.test")
    post("b@out.test", "c@out.test")
    monkeypatch.setattr(listing, "SCANNED", 2)
    answer = program(acme, organisation=other.public_id).get("messages").json()
    assert [one["id"] for one in answer["data"]] == [mine]
    assert answer["next_cursor"] is None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_and(indisvalid), count(*) FROM pg_index WHERE indexrelid IN"
            " ('public.message_organisation'::regclass, 'public.message_domain'::regclass)"
        )
        assert cursor.fetchone() == (True, 2), "each day has its part"


def test_a_list_has_seven_days_and_logins_in_any_spelling(acme, program, post) -> None:
    route(acme, "client.test")
    (sent,) = post("ann@out.test")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE public.message SET submitter = 'ann@xn--bcher-kva.test'")
    api = program(acme)
    assert found(api, sender="Ann@Bücher.test") == found(api) == [sent]
    assert found(api, sender="nobody") == []
    with clock.at(clock.now() + timedelta(days=6, hours=23, minutes=30)):
        assert found(api) == [sent]


def test_messages_whose_recipients_are_not_found_end_no_list(acme, program, post) -> None:
    route(acme, "client.test")
    (first,) = post("first@out.test")
    post("b@out.test")
    post("c@out.test")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM public.recipient WHERE address <> 'first@out.test'")
    api = program(acme)
    answer = api.get(listed({"limit": "1"})).json()
    assert answer["data"] == []
    assert found(api, limit="1", cursor=answer["next_cursor"]) == [first]


def test_only_the_days_in_question_are_opened(acme, program, post) -> None:
    """With five statements at most, beside the host and the key."""
    route(acme, "client.test")
    post("ann@out.test")
    api = program(acme)
    api.get("me")
    now = clock.now()
    asked = {"since": (now - timedelta(minutes=5)).isoformat(), "recipient": "ann@out.test"}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    with CaptureQueriesContext(connection) as captured:
        assert len(found(api, **asked)) == 1
    reads = [
        one["sql"] for one in captured if "public.recipient" in one["sql"] or "looked" in one["sql"]
    ]
    assert len(reads) == 2, "beside the function that finds the address"
    plans = []
    for sql in reads:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN " + sql)
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    for plan in plans:
        for table in ("message", "recipient"):
            days = set(re.findall(rf" on ({table}_\d{{8}})", plan))
            assert len(days) <= 2, plan
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_and(indisvalid), count(*) FROM pg_index JOIN pg_inherits ON inhrelid = indexrelid"
            " WHERE inhparent = 'public.recipient_address'::regclass"
        )
        is_valid, days_with = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM pg_inherits WHERE inhparent = 'public.recipient'::regclass"
        )
        assert (is_valid, days_with) == (True, cursor.fetchone()[0])


def plan_of(sql: str) -> str:
    """How a statement is carried out when reading whole tables is no way."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(line for (line,) in cursor.fetchall())


def test_messages_of_other_domains_hide_none_of_a_domain(acme, program, post) -> None:
    client = route(acme, "client.test")
    route(acme, "second.test")
    (mine,) = post("ann@out.test")
    post("ann@out.test", domain="second.test")
    with connection.cursor() as cursor:
        cursor.execute(COPIES, {"count": listing.SCANNED + 1, "from_domain": "second.test"})
    named = ids.to_public("dom", client)
    bound = program(acme, organisation=acme.organisation.public_id, domain=client)
    for api, asked in ((program(acme), {"domain": named}), (bound, {})):
        with CaptureQueriesContext(connection) as captured:
            answer = api.get(listed(asked)).json()
        assert [one["id"] for one in answer["data"]] == [mine], asked
        assert answer["next_cursor"] is None
        (sql,) = (one["sql"] for one in captured if "looked" in one["sql"])
        assert "from_domain = 'client.test'" in plan_of(sql).partition("Index Cond")[2]
