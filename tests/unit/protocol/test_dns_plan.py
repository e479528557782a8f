"""A plan adds what is missing, names what it leaves alone, and can be taken back to the value."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from mailcore.protocol import dns_plan, dns_records
from mailcore.protocol.dns_plan import Owned
from mailcore.protocol.dns_records import PublicKey
from mailcore.protocol.dns_zone import Change, RecordSet, fingerprint, is_done, simulate, undoing
from tests.hosted import hosted

D = "shop.test"
KEY = PublicKey(selector="r1", algorithm="rsa-sha256", public="QUJD")
HOSTED = hosted(D, keys=[KEY])
FEW = {"ownership", "mx", "spf", "dkim-rsa", "dmarc"}


def few(domain) -> list:
    """The records that a test can be read with."""
    return [record for record in dns_records.wanted(domain) if record.purpose in FEW]


WANTED = few(HOSTED)
OLD_MX, OLD_SPF = "10 mx.old.example", "v=spf1 include:_spf.old.example ~all"


def zone(**sets: list[str]) -> dict:
    """A zone by type at the domain itself, with a TTL that no record of ours has."""
    return {(D, kind): RecordSet(values=tuple(sorted(v)), ttl=77) for kind, v in sets.items()}


def planned(standing: dict, *, ours=(), wanted=WANTED, may=()) -> dns_plan.Plan:
    current = {
        place: standing.get(place, RecordSet()) for place in dns_plan.places(wanted, ours=ours)
    }
    return dns_plan.make(wanted, current=current, ours=ours, replace=may)


def owned(plan: dns_plan.Plan) -> list[Owned]:
    return [
        Owned(name=c.name, type=c.type, value=c.value, replaces=c.replaces)
        for c in plan.changes
        if c.add and c.is_ours
    ]


def codes(plan: dns_plan.Plan) -> dict[str, str]:
    return {one.purpose: one.code for one in plan.left}


def test_an_empty_zone_gets_every_record_and_then_nothing_more() -> None:
    plan = planned({})
    assert len(plan.changes) == len(WANTED)
    after = simulate({}, plan.changes)
    again = planned(after, ours=owned(plan))
    assert again.changes == ()
    assert set(codes(again).values()) == {dns_plan.STANDS}


def test_what_somebody_wrote_before_us_stays_theirs_though_it_is_what_we_want() -> None:
    plan = planned(zone(MX=["10 mx.infra.test"]))
    assert not [change for change in plan.changes if change.type == "MX"]
    assert codes(plan)["mx"] == dns_plan.STANDS
    assert all(one.type != "MX" for one in owned(plan))


def test_another_providers_mx_goes_only_when_asked_for_and_is_named() -> None:
    standing = zone(MX=[OLD_MX, "20 mx2.old.example"])
    plan = planned(standing)
    assert not [change for change in plan.changes if change.type == "MX"]
    assert codes(plan)["mx"] == "mx.other"
    asked = planned(standing, may={"mx"})
    assert [(c.add, c.value) for c in asked.changes if c.type == "MX"] == [
        (False, OLD_MX), (False, "20 mx2.old.example"), (True, "10 mx.infra.test"),
    ]  # fmt: skip
    (warned,) = [one for one in asked.warnings if one.purpose == "mx"]
    assert set(warned.values) == {OLD_MX, "20 mx2.old.example"}


def test_a_merged_policy_keeps_its_ttl_and_comes_back_when_we_go() -> None:
    standing = zone(TXT=[OLD_SPF, "some-verification=1"])
    plan = planned(standing)
    merged = next(c for c in plan.changes if c.add and c.name == D and c.type == "TXT")
    assert (merged.value, merged.ttl, merged.replaces) == (
        "v=spf1 include:spf.infra.test include:_spf.old.example ~all", 77, OLD_SPF,
    )  # fmt: skip
    gone = planned(simulate(standing, plan.changes), ours=owned(plan), wanted=[])
    assert simulate(simulate(standing, plan.changes), gone.changes)[D, "TXT"] == standing[D, "TXT"]
    assert not next(c for c in gone.changes if c.value == OLD_SPF).is_ours


def test_a_new_include_is_merged_with_what_stood_before_us_not_with_ourselves() -> None:
    standing = zone(TXT=[OLD_SPF])
    first = planned(standing)
    moved = few(replace(HOSTED, spf_include="spf.new.test"))
    plan = planned(simulate(standing, first.changes), ours=owned(first), wanted=moved)
    (added,) = [c for c in plan.changes if c.add]
    assert added.value == "v=spf1 include:spf.new.test include:_spf.old.example ~all"
    assert added.replaces == OLD_SPF


def test_a_policy_of_ours_moves_on_and_a_strangers_does_not() -> None:
    first = planned({})
    stricter = few(replace(HOSTED, dmarc_policy="reject"))
    plan = planned(simulate({}, first.changes), ours=owned(first), wanted=stricter)
    assert [(c.add, c.value.partition("; rua")[0]) for c in plan.changes] == [
        (False, "v=DMARC1; p=none"), (True, "v=DMARC1; p=reject"),
    ]  # fmt: skip
    theirs = {(f"_dmarc.{D}", "TXT"): RecordSet(values=("v=DMARC1; p=none",), ttl=60)}
    assert not [c for c in planned(theirs, wanted=stricter).changes if not c.add]


def test_nothing_stands_beside_an_alias() -> None:
    aliased = {(f"_dmarc.{D}", "CNAME"): RecordSet(values=("dmarc.elsewhere.example",), ttl=60)}
    plan = planned(aliased)
    assert codes(plan)["dmarc"] == dns_plan.IS_ALIAS
    assert not [c for c in plan.changes if c.name == f"_dmarc.{D}"]
    asked = planned(aliased, may={"dmarc"})
    assert [(c.add, c.type) for c in asked.changes if c.name == f"_dmarc.{D}"] == [
        (False, "CNAME"), (True, "TXT"),
    ]  # fmt: skip


def test_a_record_of_ours_makes_room_for_an_alias() -> None:
    first = planned({})
    name = f"r1._domainkey.{D}"
    (dkim,) = [r for r in WANTED if r.name == name]
    alias = replace(dkim, type="CNAME", value="r1.label.r.infra.test")
    wanted = [r for r in WANTED if r.name != name] + [alias]
    plan = planned(simulate({}, first.changes), ours=owned(first), wanted=wanted)
    assert [(c.add, c.type) for c in plan.changes] == [(False, "TXT"), (True, "CNAME")]
    taken = {(name, "A"): RecordSet(values=("192.0.2.1",), ttl=60)}
    assert codes(planned(taken, wanted=wanted))["dkim-rsa"] == dns_plan.NOT_ALONE


def test_the_fingerprint_is_of_values_not_of_their_order() -> None:
    one, other = zone(MX=[OLD_MX, "20 b.example"]), zone(MX=["20 b.example", OLD_MX])
    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(one) != fingerprint(zone(MX=[OLD_MX]))


def test_what_was_edited_since_is_not_undone_beside_the_edit() -> None:
    standing = zone(TXT=[OLD_SPF])
    done = planned(standing).changes
    edited = dict(simulate(standing, done))
    edited[D, "TXT"] = RecordSet(values=("v=spf1 include:spf.infra.test a ~all",), ttl=77)
    back, left = undoing(done, standing=edited)
    assert simulate(edited, back)[D, "TXT"] == edited[D, "TXT"]
    assert {code for change, code in left if change.name == D and change.type == "TXT"} == {
        "dns_plan.touched_since"
    }


def test_an_alias_does_not_come_back_beside_a_new_record() -> None:
    name = f"_dmarc.{D}"
    aliased = {(name, "CNAME"): RecordSet(values=("dmarc.elsewhere.example",), ttl=60)}
    done = planned(aliased, may={"dmarc"}).changes
    now = simulate(aliased, done) | {(name, "A"): RecordSet(values=("192.0.2.1",), ttl=60)}
    back, left = undoing(done, standing=now)
    assert not [c for c in back if c.type == "CNAME"]
    assert "dns_plan.taken_since" in {code for _, code in left}


TEXTS = st.sampled_from(
    [OLD_SPF, "v=spf1 -all", "some-verification=1", "v=DMARC1; p=reject", "v=DMARC1; p=x",
     "mail-ownership=other", "p=REVG", "mail-ownership=t0ken", "x" * 300, "ü \" \\ ;"]
)  # fmt: skip


def test_several_policies_become_one_that_lets_send_whom_they_let() -> None:
    before = {(D, "TXT"): RecordSet(values=(OLD_SPF, "v=spf1 ip4:192.0.2.1 -all"), ttl=77)}
    plan = planned(before, may=frozenset({"spf"}))
    after = simulate(before, plan.changes)
    united = "v=spf1 include:spf.infra.test include:_spf.old.example ip4:192.0.2.1 ~all"
    assert [v for v in after[D, "TXT"].values if v.startswith("v=spf1")] == [united]
    assert planned(after, ours=owned(plan), may=frozenset({"spf"})).changes == ()


NAMES = [record.name for record in WANTED]
PLACES = st.sampled_from(
    [*((name, "TXT") for name in NAMES), (f"_dmarc.{D}", "CNAME"), (f"*.{D}", "TXT")]
)
SETS = st.builds(
    lambda values, ttl: RecordSet(values=tuple(sorted(set(values))), ttl=ttl),
    st.lists(TEXTS, min_size=1, max_size=3), st.integers(60, 86_400),
)  # fmt: skip
ZONES = st.dictionaries(PLACES, SETS, max_size=6)
MXS = st.lists(st.sampled_from([OLD_MX, "10 mx.infra.test", "0 ."]), max_size=2, unique=True)
ASKED = st.frozensets(st.sampled_from(["mx", "spf", "dmarc", "dkim-rsa", "ownership"]))


def as_dns_allows(texts: dict, mxs: list[str]) -> dict:
    standing = dict(texts)
    alias = (f"_dmarc.{D}", "CNAME")
    if alias in standing:  # an alias has one value and its name for itself
        standing[alias] = RecordSet(values=("dmarc.elsewhere.example",), ttl=60)
        standing.pop((f"_dmarc.{D}", "TXT"), None)
    if mxs:
        standing[D, "MX"] = RecordSet(values=tuple(sorted(mxs)), ttl=99)
    return standing


def same(one: dict, other: dict) -> bool:
    return {k: v for k, v in one.items() if v.values} == {
        k: v for k, v in other.items() if v.values
    }


@given(texts=ZONES, mxs=MXS, asked=ASKED)
def test_undo_gives_back_the_same_zone(texts, mxs, asked) -> None:
    before = as_dns_allows(texts, mxs)
    plan = planned(before, may=asked)
    after = simulate(before, plan.changes)
    assert all(is_done(after, change) for change in plan.changes)
    back, left = undoing(plan.changes, standing=after)
    assert not left
    assert same(simulate(after, back), before)


@given(texts=ZONES, mxs=MXS)
def test_strangers_values_stay_but_for_a_policy_that_is_merged(texts, mxs) -> None:
    before = as_dns_allows(texts, mxs)
    plan = planned(before)
    removed = [change for change in plan.changes if not change.add]
    assert all(change.value.startswith("v=spf1") for change in removed)
    assert len(removed) == len([c for c in plan.changes if c.add and c.replaces])


@given(texts=ZONES, mxs=MXS, asked=ASKED)
def test_a_second_plan_finds_nothing_to_do(texts, mxs, asked) -> None:
    before = as_dns_allows(texts, mxs)
    plan = planned(before, may=asked)
    again = planned(simulate(before, plan.changes), ours=owned(plan), may=asked)
    assert again.changes == ()


@given(texts=ZONES, mxs=MXS, asked=ASKED)
def test_what_is_not_wanted_any_more_goes_and_only_that(texts, mxs, asked) -> None:
    before = as_dns_allows(texts, mxs)
    plan = planned(before, may=asked)
    after = simulate(before, plan.changes)
    leaving = planned(after, ours=owned(plan), wanted=[])
    assert all(change.is_ours for change in leaving.changes if not change.add)
    left_behind = simulate(after, leaving.changes)
    gone = {(c.name, c.type, c.value) for c in plan.changes if not c.add}
    for (name, kind), held in before.items():
        for value in held.values:
            came_back = value in left_behind[name, kind].values
            assert came_back or (name, kind, value) in gone


def test_a_change_knows_its_place() -> None:
    change = Change(add=True, name=D, type="MX", value=OLD_MX, ttl=60)
    assert change.place == (D, "MX")


def test_a_policy_that_was_chosen_here_takes_the_owners_place_and_no_other_does() -> None:
    own = {(f"_dmarc.{D}", "TXT"): RecordSet(values=("v=DMARC1; p=quarantine",), ttl=77)}
    for policy, chosen in (("none", False), ("none", True), ("reject", True)):
        wanted = few(replace(HOSTED, dmarc_policy=policy, is_dmarc_chosen=chosen))
        plan = planned(own, wanted=wanted)
        changed = [(c.add, c.value) for c in plan.changes if c.purpose == "dmarc"]
        assert changed[:1] == ([(False, "v=DMARC1; p=quarantine")] if chosen else [])
        assert (len(changed) == 2) is chosen
        assert not chosen or changed[1][1].startswith(f"v=DMARC1; p={policy}")
