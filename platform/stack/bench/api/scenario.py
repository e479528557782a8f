"""Which calls are measured, and the goals."""

import os
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, cycle

import httpx

from stack.bench.api import crowd, load
from stack.bench.api.load import Request
from stack.bench.figures import Goal, Result, at_most, latencies
from stack.demo import domain as domains
from stack.demo.world import World

RATE = 50.0  # requests in a second
STEADY, FULL, LANES = 500, 300, 8
#: Of one reseller, who has several programs: one key alone may not call so often.
_KEYS = 6
#: A domain takes two RSA keys out of the store. What finds none there waits until they are made.
_STORED, _AT_ONCE, _UNSTORED = 60, 30, 20
#: argon2id makes a password dear on purpose: fewer of these, and no goal at this rate.
_WITH_PASSWORD = 100
LIMIT_MS = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A kind of request: how it is named, its requests one after the other, and how many."""

    name: str
    requests: Iterator[Request]
    steady: int = STEADY
    full: int = FULL
    rate: float = RATE
    has_goal: bool = True


def measure(world: World, *, resellers: int, mailboxes: int) -> Result:
    """Measure each call by itself: at a steady rate, then as many as go through."""
    present = crowd.invite(world, resellers=resellers)
    crowd.fill(world, mailboxes=mailboxes)
    stock = crowd.stock(world.endpoints, keys=2 * (_STORED + _AT_ONCE))
    figures: dict[str, float] = {}
    goals: list[Goal] = []
    refused: list[str] = []
    with _client(world, keys=_more_keys(world)) as client:
        for call in calls(world):
            calm = load.steady(client, call.requests, rate=call.rate, count=call.steady)
            busy = load.full(client, call.requests, lanes=LANES, count=call.full)
            refused += [*calm.refused, *busy.refused]
            if not calm.seconds:
                continue
            found = latencies(call.name, calm.seconds)
            figures |= found | {f"{call.name}_per_s": round(busy.rate, 1)}
            if call.has_goal:
                key = f"{call.name}_p95_ms"
                goals.append(at_most(key, found[key], limit=LIMIT_MS, unit="ms"))
    for one in dict.fromkeys(refused):
        print(f"refused: {one}")
    goals.append(at_most("refused", len(refused), limit=0, unit="requests"))
    conditions = {
        "resellers": present,
        "mailboxes": mailboxes,
        "dkim_keys_in_store": stock,
        "rate_per_s": RATE,
        "connections_full": LANES,
        "cpus": os.cpu_count(),
        "load": "on the same machine, over TLS through the proxy, connections kept",
    }
    return Result(name="api", conditions=conditions, figures=figures, goals=tuple(goals))


def calls(world: World) -> list[Call]:
    """In this order: what reads before what writes."""
    domain, organisation = world.domain_id, world.organisation_id
    page = world.acme.rest.get(f"/mailboxes?domain={domain}&limit=50")
    one = page["data"][0]["id"]
    half = {"domain": domain, "cursor": _middle(world)}
    query = "&".join(f"{key}={value}" for key, value in half.items())
    names = _new_domains(world, organisation)
    return [
        Call(name="list_50", requests=_again("GET", f"/mailboxes?{query}&limit=50")),
        Call(name="read_mailbox", requests=_again("GET", f"/mailboxes/{one}")),
        Call(name="read_domain", requests=_again("GET", f"/domains/{domain}")),
        Call(name="create_domain", requests=names, steady=_STORED, full=_AT_ONCE),
        Call(
            name="create_domain_unstored",
            requests=names,
            steady=_UNSTORED,
            full=_UNSTORED,
            rate=RATE / 25,
            has_goal=False,
        ),
        Call(
            name="create_mailbox_invitation",
            requests=_new_mailboxes(
                domain,
                lambda n: {"local_part": f"asked{n}", "invite": world.outside_address(f"a{n}")},
            ),
            full=200,
        ),
        Call(
            name="create_mailbox_password",
            requests=_new_mailboxes(
                domain,
                lambda n: {"local_part": f"made{n}", "password": f"a long passphrase {n}"},
            ),
            steady=_WITH_PASSWORD,
            full=_WITH_PASSWORD,
            rate=RATE / 5,
            has_goal=False,
        ),
    ]


def _new_mailboxes(domain: str, given: Callable[[int], dict[str, object]]) -> Iterator[Request]:
    for n in count():
        yield Request(method="POST", path="/mailboxes", body={"domain": domain, **given(n)})


def _new_domains(world: World, organisation: str) -> Iterator[Request]:
    for n in count():
        body: dict[str, object] = {"name": f"n{n}-{world.mark}.test", "organisation": organisation}
        yield Request(method="POST", path="/domains", body=body)


def _again(method: str, path: str) -> Iterator[Request]:
    request = Request(method=method, path=path)
    while True:
        yield request


def _middle(world: World) -> str:
    """A cursor in the middle of the mailboxes: no page is nearer to an end than others."""
    cursor = ""
    for _ in range(5):
        asked = f"&cursor={cursor}" if cursor else ""
        path = f"/mailboxes?domain={world.domain_id}&limit=200{asked}"
        cursor = world.acme.rest.get(path)["next_cursor"] or cursor
    return cursor


def _more_keys(world: World) -> list[str]:
    # In the portal: what a key makes shares its allowance.
    made = []
    for _ in range(_KEYS):
        domains.make_key(world, world.acme)
        made.append(world.acme.rest.key)
    return made


def _client(world: World, *, keys: Sequence[str]) -> httpx.Client:
    """Keeps its connections, speaks to the portal's name at the stack's address, uses keys in turn."""
    host = world.acme.host
    context = ssl.create_default_context(cafile=world.endpoints.ca_file)
    turns = cycle(keys)

    def named(request: httpx.Request) -> None:
        request.extensions["sni_hostname"] = host
        request.headers["Authorization"] = f"Bearer {next(turns)}"

    return httpx.Client(
        base_url=f"https://{world.endpoints.address_of(host)}/api/v1",
        headers={"Host": host},
        verify=context,
        timeout=30.0,
        limits=httpx.Limits(max_connections=64, max_keepalive_connections=64),
        event_hooks={"request": [named]},
    )
