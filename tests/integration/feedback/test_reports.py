"""A report that arrives is kept, read once, counted for its domain, or parked with the reason."""

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import ProgrammingError, connection

from kernel import clock
from kernel.roles import as_role
from kernel.tenancy import in_schema
from mailcore.directory import services as directory
from mailcore.feedback.models import DmarcSum, ReceivedReport, SourceMark, TlsSum
from mailcore.feedback.reports import adding, evidence, forgetting, intake, reading
from mailcore.feedback.states import Grade
from tests.integration.feedback.conftest import proof_of
from tests.unit.protocol.reports import samples

pytestmark = pytest.mark.django_db(transaction=True)

#: A day after that of the samples.
NOW = samples.datetime_of(samples.END) + timedelta(hours=9)


@pytest.fixture(autouse=True)
def _today():
    with clock.at(NOW):
        yield


def read() -> None:
    schema = connection.schema_name
    with as_role("worker"), in_schema("public"):
        reading.read_due(most=100)
    connection.set_schema(schema)


def states() -> list[tuple[str, str]]:
    return list(ReceivedReport.objects.order_by("id").values_list("state", "code"))


def test_a_report_is_counted_by_its_sources(acme, hosted, post):
    with psycopg.connect(settings.DSN("delivery"), autocommit=True) as db:
        db.execute(
            "INSERT INTO public.egress_source (address, ehlo, node)"
            " VALUES ('198.51.100.7', 'o.infra.test', 'm') ON CONFLICT DO NOTHING"
        )
    assert post(samples.zipped(samples.GOOGLE)) == [250]
    assert post(samples.gzipped(samples.MICROSOFT), sender="dmarcreport@microsoft.com") == [250]
    assert states() == [("waiting", "")] * 2
    read()
    assert states() == [("counted", "")] * 2
    found = {one.tally.name: one for one in evidence.sources(hosted.public_id, days=7)}
    assert {name: one.tally.group for name, one in found.items()} == {
        "ours": "ours", "list.test": "unknown", "sendgrid": "known",
    }  # fmt: skip
    assert (found["ours"].tally.aligned, found["list.test"].tally.forwarded) == (12, 3)
    assert found["sendgrid"].tally.failing == 4
    assert found["sendgrid"].addresses == ("2001:db8::25",)


def test_one_report_counts_once_however_often_it_comes(acme, hosted, post):
    for _ in range(3):
        post(samples.gzipped(samples.GOOGLE))
    # Somebody else's report of the same number is another report.
    post(samples.GOOGLE, sender="dmarc@evil.test")
    read()
    assert [state for state, _ in states()] == ["counted", "duplicate", "duplicate", "counted"]
    assert stored() == [False] * 4, "a message that was read is not needed any more"
    assert (
        sum(DmarcSum.objects.filter(grade=Grade.RECOGNISED).values_list("count", flat=True)) == 15
    )


def test_a_slice_of_reading_ends_in_time_after_one_at_least(acme, hosted, post):
    for _ in range(2):
        post(samples.gzipped(samples.GOOGLE))
    schema = connection.schema_name
    with as_role("worker"), in_schema("public"):
        assert reading.read_due(most=20, seconds=0.0) == 1
    connection.set_schema(schema)
    assert sorted(state for state, _ in states()) == ["counted", "waiting"]


PARKED = [
    (samples.GOOGLE, {"proven": False}, "unproven"),
    (samples.gzipped(b"<feedback>"), {}, "xml_broken"),
    (samples.aggregate(domain="other.test"), {}, "other_domain"),
    (samples.aggregate(domain="sub.client.test"), {}, "other_domain"),
    (samples.aggregate(begin=1_700_000_000, end=1_700_000_001), {}, "too_old"),
    (samples.aggregate(begin=samples.END + 90_000, end=samples.END + 90_001), {}, "period"),
    (samples.tls(), {}, "xml_broken"),
    (samples.GOOGLE, {"kind": "tls"}, "json_broken"),
    (bytes(2 * 1024**2), {}, "too_large"),
]


def test_what_is_parked_and_why(acme, post):
    for report, options, _ in PARKED:
        assert post(report, **options) == [250]
    read()
    assert states() == [("parked", f"report.{code}") for _, _, code in PARKED]
    assert not DmarcSum.objects.exists()
    assert not TlsSum.objects.exists()


def test_addresses_that_are_nobodys_take_nothing(acme, hosted, arrive, post):
    message = samples.mail(samples.GOOGLE)
    label = hosted.label
    nobodys = [f"dmarc-{label[:-1]}z", f"dmarc-{label}x", f"arf-{label}", "dmarc-", label, "x@reports.infra.test"]  # fmt: skip
    assert arrive(*((name, message) for name in nobodys)) == [250] * len(nobodys)
    directory.set_routed("client.test", is_verified=False)
    assert post(samples.GOOGLE) == [250], "a domain that is not verified"
    assert not ReceivedReport.objects.exists()


def test_strangers_fill_their_own_share_only(acme, post, monkeypatch):
    few = intake.Share(reports=2, reports_of_sender=2)
    monkeypatch.setitem(intake.MOST_A_DAY, Grade.UNPROVEN, few)
    for _ in range(4):
        post(samples.GOOGLE, proven=False)
    post(samples.GOOGLE)
    assert [row.grade for row in ReceivedReport.objects.order_by("id")] == [0, 0, 2]
    assert stored() == [False, False, True], "a stranger's message is not even stored"


def stored() -> list[bool]:
    return [row.raw is not None for row in ReceivedReport.objects.order_by("id")]


def test_one_flood_leaves_other_senders_their_places(acme, post, monkeypatch):
    few = replace(intake.MOST_A_DAY[Grade.PROVEN], reports_of_sender=2)
    monkeypatch.setitem(intake.MOST_A_DAY, Grade.PROVEN, few)
    for name in ("evil.test", "a.evil.test", "b.evil.test", "notevil.test"):
        post(samples.GOOGLE, sender=f"dmarc@{name}")
    senders = ReceivedReport.objects.order_by("id").values_list("sender", flat=True)
    assert list(senders) == ["evil.test", "a.evil.test", "notevil.test"]


@pytest.mark.parametrize(
    ("budget", "senders", "expected"),
    [
        ("octets", ["a.test", "b.test", "c.test"], [True, True, False]),
        ("octets_of_sender", ["a.test", "x.a.test", "y.a.test", "b.test"], [True, True, False, True]),
        ("octets_overall", ["a.test", "b.test", "c.test"], [True, True, False]),
        ("octets_of_sender_overall", ["a.test", "a.test", "a.test", "b.test"], [True, True, False, True]),
    ],
)  # fmt: skip
def test_octets_are_bounded(acme, post, monkeypatch, budget, senders, expected):
    size = len(samples.mail(samples.GOOGLE, sender="d@b.test", results=proof_of("d@b.test")))
    share = replace(intake.MOST_A_DAY[Grade.PROVEN], **{budget: size * 5 // 2})
    monkeypatch.setitem(intake.MOST_A_DAY, Grade.PROVEN, share)
    assert [post(samples.GOOGLE, sender=f"d@{name}") for name in senders] == [[250]] * len(senders)
    assert stored() == expected
    assert [state for state, _ in states()] == ["waiting" if one else "parked" for one in expected]
    assert ("parked", "report.over_budget") in states()
    post(samples.GOOGLE)
    assert stored()[-1], "a large receiver's share is its own"
    with clock.at(NOW + timedelta(hours=25)):
        post(samples.GOOGLE, sender="d@a.test")
    assert stored()[-1], "another day"


def test_a_million_addresses_cost_a_bounded_number_of_rows(acme, hosted, post, monkeypatch):
    monkeypatch.setattr(adding, "MOST_DMARC_ROWS", 5)
    for day in range(2):
        many = [samples.record(f"10.0.{day}.{n}", n + 1, auth="<spf/>") for n in range(100)]
        post(samples.gzipped(samples.aggregate(*many, report_id=str(day))))
    post(samples.gzipped(samples.aggregate(*many, report_id="again")))
    read()
    rows = DmarcSum.objects.filter(domain_id=hosted.public_id)
    assert rows.count() <= 6
    assert sum(row.count for row in rows) == 3 * 5050, "and no message is left out"
    assert rows.get(source_ip="10.0.0.99").count == 100


def test_tls_reports(acme, hosted, post):
    assert post(samples.gzipped(samples.tls()), kind="tls") == [250]
    post(samples.gzipped(samples.tls()), kind="tls")
    read()
    assert [state for state, _ in states()] == ["counted", "duplicate"]
    (day,) = evidence.tls_window(hosted.public_id, days=7).days
    assert (day.good, day.failed) == (90, 10)


def test_a_report_that_ends_its_worker_is_given_up(acme, post, monkeypatch):
    post(samples.GOOGLE)

    def broken(*_):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(reading.aggregate, "read", broken)
        for n in range(reading.MOST_TRIES):
            with clock.at(NOW + n * 2 * reading.LEASE):
                read()
            assert states() == [("waiting", "")]
    with clock.at(NOW + timedelta(hours=1)):
        read()
    assert states() == [("parked", "report.poison")]


def test_each_is_forgotten_in_its_time(acme, hosted, post):
    post(samples.GOOGLE)
    post(samples.gzipped(b"<feedback>"))
    read()

    def left(days: int) -> tuple[int, int, int]:
        with clock.at(NOW + timedelta(days=days)), as_role("worker"):
            forgetting.forget()
        reports = ReceivedReport.objects
        return reports.filter(raw__isnull=False).count(), reports.count(), DmarcSum.objects.count()

    assert [left(6), left(8), left(91), left(398), left(402)] == [
        (1, 2, 2), (0, 2, 2), (0, 0, 2), (0, 0, 2), (0, 0, 0),
    ]  # fmt: skip


def test_each_role_may_do_only_its_part(acme, globex, post):
    post(samples.GOOGLE)
    read()
    for model in (ReceivedReport, DmarcSum):
        assert model.objects.exists()
        with in_schema(globex.reseller.schema_name):
            assert not model.objects.exists(), "another reseller's"
        with pytest.raises(ProgrammingError, match="permission denied"):
            model.objects.all().delete()
        connection.rollback()
    with psycopg.connect(settings.DSN("delivery"), autocommit=True) as daemon:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            daemon.execute("UPDATE public.received_report SET state = 'waiting'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            daemon.execute("SELECT FROM public.dmarc_sum")


def test_after_a_hand_over_each_reseller_has_sums_of_its_own(acme, globex, hosted, post):
    def count(report_id: str) -> None:
        post(samples.gzipped(samples.aggregate(report_id=report_id)))
        post(samples.gzipped(samples.tls(**{"report-id": report_id})), kind="tls")
        read()

    count("before")
    taker = globex.reseller
    with psycopg.connect(settings.DSN("owner"), autocommit=True) as db:
        db.execute("UPDATE public.route SET reseller_id = %s", [taker.public_id])
    count("after")
    for reseller in (acme.reseller, taker):
        # The worker, which reads all resellers' rows, judges by those of the present one.
        with as_role("worker"), in_schema(reseller.schema_name):
            (day,) = evidence.dmarc_window(hosted.public_id, days=7).days
            assert day.aligned + day.forwarded + day.failing + day.strangers == 1
            (tally,) = [one.tally for one in evidence.sources(hosted.public_id, days=7)]
            assert tally.messages == 1
            (sessions,) = evidence.tls_window(hosted.public_id, days=7).days
            assert sessions.good + sessions.failed == 100
        with in_schema(reseller.schema_name):
            assert [row.count for row in DmarcSum.objects.all()] == [1]
            assert sum(row.count for row in TlsSum.objects.all()) == 100
            # Nor does a mark that the giver left stand in the taker's way.
            SourceMark.objects.create(
                reseller_id=reseller.public_id,
                domain_id=hosted.public_id,
                source="a.test",
                is_known=True,
            )
