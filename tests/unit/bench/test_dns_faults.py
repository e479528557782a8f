"""What the bench of checks breaks, and the verdicts that it waits for."""

import pytest

from stack.bench.dns import faults
from stack.bench.dns.faults import Client, Wanted
from stack.bench.dns.rounds import Round

NAMES = ("mx", "ownership", "dkim-ed25519", "spf", "tls-rpt")


def client(fault: str) -> Client:
    records = (
        Wanted(purpose=n, name=f"{n}.d.test", type="TXT", asked="TXT", data=n) for n in NAMES
    )
    return Client(name="d.test", records=tuple(records), fault=fault)


def test_one_in_twenty_is_broken_and_every_kind_has_its_turn() -> None:
    made = faults.clients([client("") for _ in range(400)])
    broken = [one.fault for one in made if one.fault]
    assert len(broken) == 20
    assert set(broken) == set(faults.FAULTS)


@pytest.mark.parametrize("fault", ["", *faults.FAULTS])
def test_what_a_server_shows_fits_the_verdict_that_is_waited_for(fault: str) -> None:
    broken = client(fault)
    right = {(one.name, one.type, one.data) for one in broken.records}
    shown = [set(faults.published(broken, second=second)) == right for second in (False, True)]
    verdicts = faults.expected(broken)
    amiss = [place for place, (verdict, _) in verdicts.items() if verdict != faults.MATCH]
    if not fault or not faults.FAULTS[fault].purpose:
        assert shown == [True, True]
        assert len(amiss) in {0, len(NAMES)}
    else:
        assert shown == [faults.FAULTS[fault].only_second, False]
        assert amiss == [faults.broken_record(broken).place]


def test_a_round_tells_its_rate_and_what_each_look_cost() -> None:
    told = Round(
        looks=100, seconds=3, asked=4200, cpu={"worker0": 1.0, "worker1": 0.5, "postgres": 0.2},
        memory=(1.0,), slices=((90, 10, 20), (10, 50, 90)),
    ).figures("steady")  # fmt: skip
    assert told["steady_per_minute"] == 2000
    assert told["steady_questions"] == 42
    assert told["steady_cpu_ms.worker"] == 15
    assert (told["steady_look_p50_ms"], told["steady_look_p95_ms"]) == (10, 20)
