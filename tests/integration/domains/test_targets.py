"""A domain may point to names that we keep; what stands there is ours to change."""

from datetime import timedelta

import pytest

from kernel import clock
from mailcore.checks import services as checks
from mailcore.checks.models import DomainSchedule
from mailcore.domains import selectors, services
from mailcore.domains.models import Domain
from mailcore.domains.states import Publishing
from mailcore.protocol.dns_plan import value_of
from mailcore.protocol.dns_zone import RecordSet
from mailcore.zones.models import LeftTargets
from mailcore.zones.ports import ZoneBusy


class Zone:
    """A zone editor over a dictionary."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], list[str]] = {}

    def read(self, _zone: str, places) -> dict:
        return {place: RecordSet(values=tuple(self.held.get(place, ()))) for place in places}

    def apply(self, _zone: str, changes, *, standing) -> None:
        assert standing
        for change in changes:
            values = self.held.setdefault((change.name, change.type), [])
            values.append(change.value) if change.add else values.remove(change.value)


def types(domain: Domain) -> dict[str, str]:
    return {record.name: record.type for record in selectors.expected_records(domain)}


@pytest.fixture
def domain(acme) -> Domain:
    return services.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
    )


def point(acme, domain: Domain, zone: Zone) -> Domain:
    services.choose_publishing(
        actor=acme.owner, domain_id=domain.public_id, publishing=Publishing.CNAME
    )
    services.write_targets(domain_id=domain.public_id, editor=zone)
    return selectors.get_domain(domain.public_id)


def test_nobody_is_told_to_point_to_a_name_before_it_stands(acme, domain) -> None:
    changed = services.choose_publishing(
        actor=acme.owner, domain_id=domain.public_id, publishing=Publishing.CNAME
    )
    assert types(changed)["_dmarc.shop.test"] == "TXT"
    assert DomainSchedule.objects.get().targets_due_at is not None
    zone = Zone()
    services.write_targets(domain_id=domain.public_id, editor=zone)
    changed = selectors.get_domain(domain.public_id)
    assert types(changed)["_dmarc.shop.test"] == "CNAME"
    assert types(changed)["bounce.shop.test"] == "CNAME"
    assert types(changed)["_mail-ownership.shop.test"] == "TXT", "proven in the owner's own zone"
    for record in selectors.expected_records(changed):
        if record.behind is not None:
            assert zone.held[record.value, record.behind.type] == [value_of(record.behind)]
    assert not any("shop" in name for name, _ in zone.held), "the names show nobody"


def test_our_names_follow_a_change_without_the_owner(acme, domain) -> None:
    zone = Zone()
    changed = point(acme, domain, zone)
    before = selectors.expected_records(changed)
    changed.dmarc_policy = "reject"
    changed.save()
    services.republish(domain_id=domain.public_id)
    assert DomainSchedule.objects.get().targets_due_at is not None
    services.write_targets(domain_id=domain.public_id, editor=zone)
    name = f"_dmarc.{selectors.records_zone_of(changed)}"
    (policy,) = zone.held[name, "TXT"]
    assert policy.startswith("v=DMARC1; p=reject")
    after = selectors.expected_records(selectors.get_domain(domain.public_id))
    assert [value_of(r) for r in before] == [value_of(r) for r in after]


def verdicts(domain: Domain) -> dict[str, tuple[str, str]]:
    return {row.name: (row.verdict, row.code) for row in selectors.list_records(domain)}


def test_an_alias_is_right_only_with_what_stands_behind_it(acme, domain, internet) -> None:
    changed = point(acme, domain, Zone())
    records = selectors.expected_records(changed)
    behind = [r.behind for r in records if r.behind is not None]
    net = internet("shop.test")
    net.publish(records)
    look(domain, net)
    assert verdicts(changed)["_dmarc.shop.test"] == ("missing", "alias.behind")
    assert DomainSchedule.objects.get().targets_due_at is not None, "we mend it ourselves"
    net.keep(records)
    look(domain, net)
    assert {n: v for n, v in verdicts(changed).items() if v != ("match", "")} == {}
    # The records themselves, as they were before the domain pointed to us.
    net.publish([*[r for r in records if r.behind is None], *behind])
    look(domain, net)
    assert verdicts(changed)["_dmarc.shop.test"] == ("match", "alias.copy")
    net.publish([r for r in records if r.behind is None], "_dmarc CNAME vendor.other.test.")
    look(domain, net)
    assert verdicts(changed)["_dmarc.shop.test"] == ("conflict", "alias.other")


def test_a_policy_kept_elsewhere_is_told(acme, domain, internet) -> None:
    net = internet("shop.test")
    net.publish([], "_dmarc CNAME vendor.other.test.\n")
    look(domain, net)
    assert verdicts(domain)["_dmarc.shop.test"] == ("conflict", "dmarc.alias")


def look(domain: Domain, net) -> None:
    services.check_domain(domain_id=domain.public_id, exchange=net.exchange)


@pytest.mark.parametrize(
    ("extra", "name", "code"),
    [
        ('@ TXT "v=spf1 -all"\n@ TXT "v=spf1 a -all"', "shop.test", "spf.several"),
        ("@ MX 1 aspmx.l.google.com.", "shop.test", "mx.provider"),
        ("@ MX 0 .", "shop.test", "mx.null"),
        ("autoconfig A 192.0.2.1", "autoconfig.shop.test", "alias.address"),
    ],
)
def test_what_stands_in_the_way_has_a_name(acme, domain, internet, extra, name, code) -> None:
    net = internet("shop.test")
    net.publish([], extra)
    look(domain, net)
    rows = [row for row in selectors.list_records(domain) if row.name == name]
    assert code in [row.code for row in rows]
    if code == "mx.provider":
        assert "Google Workspace" in rows[0].instruction


@pytest.mark.parametrize(
    ("extra", "code", "shown"),
    [
        ("include:spf.shop.test", "spf.loop", "loop.shop.test"),
        ("include:nothing.shop.test", "spf.broken_include", "nothing.shop.test"),
        ("a:v1.shop.test a:v2.shop.test mx:v3.shop.test", "spf.too_many_void", "3"),
        ("include:many.shop.test", "spf.too_many_lookups", "12"),
        ("include:%{i}.shop.test", "", ""),
    ],
)
def test_includes_are_followed(acme, domain, internet, settings, extra, code, shown) -> None:
    net = internet("shop.test")
    many = " ".join(f"exists:n{n}.shop.test" for n in range(10))
    net.publish(
        [],
        f'@ TXT "v=spf1 include:{settings.SPF_INCLUDE} {extra} -all"\n'
        'spf TXT "v=spf1 include:loop.shop.test -all"\n'
        'loop TXT "v=spf1 redirect=loop.shop.test"\n'
        f'many TXT "v=spf1 {many} -all"\n' + "".join(f"n{n} A 192.0.2.1\n" for n in range(10)),
    )
    look(domain, net)
    row = next(row for row in selectors.list_records(domain) if row.purpose == "spf")
    assert row.code == code
    assert shown in row.instruction


def test_what_is_asked_for_while_targets_are_written_is_still_to_come(acme, domain) -> None:
    point(acme, domain, Zone())

    class Asking(Zone):
        def read(self, zone: str, places) -> dict:
            checks.ask_for_targets(domain.public_id)
            # Put off with all others while our zone was down: in the future, as if claimed.
            DomainSchedule.objects.update(targets_due_at=clock.now() + timedelta(seconds=30))
            return super().read(zone, places)

    services.write_targets(domain_id=domain.public_id, editor=Asking())
    assert DomainSchedule.objects.get().targets_due_at is not None


def test_what_we_keep_outlives_a_domain_for_a_while_and_goes(acme, domain, settings) -> None:
    zone = Zone()
    point(acme, domain, zone)
    assert any(zone.held.values())
    services.release_domain(actor=acme.owner, domain_id=domain.public_id)
    assert not services.clear_left_targets(editor=zone)
    assert any(zone.held.values()), "mail that it signed is on its way"
    again = services.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
    )
    point(acme, again, zone)
    fresh = {place for place, values in zone.held.items() if values and again.label in place[0]}
    LeftTargets.objects.update(due_at=clock.now())
    settings.PLATFORM_DNS_KEY_FILE = ""
    with pytest.raises(ZoneBusy):  # it comes again
        services.clear_left_targets()
    assert not services.clear_left_targets(editor=zone)
    LeftTargets.objects.update(due_at=clock.now())
    assert services.clear_left_targets(editor=zone)
    assert not services.clear_left_targets(editor=zone)
    assert not LeftTargets.objects.exists()
    assert {place for place, values in zone.held.items() if values} == fresh
    services.choose_publishing(
        actor=acme.owner, domain_id=again.public_id, publishing=Publishing.DIRECT
    )
    services.release_domain(actor=acme.owner, domain_id=again.public_id)
    assert not LeftTargets.objects.exists(), "nothing of it points to us"
