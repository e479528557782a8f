"""Journey 2: a domain is added over the API, proven, checked record by record, and only then receives."""

import secrets
from typing import Any

from stack.client.api import ApiClient
from stack.client.compose import compose
from stack.client.lookup import replace_records, stack_resolver
from stack.client.waiting import wait_for
from stack.demo.signup import sign_up
from stack.demo.steps import Journey, Step, expect
from stack.demo.world import Company, World, new_company


def make_key(world: World, company: Company) -> str:
    """Make an API key in the portal and see its secret once."""
    page = company.browser.fill(f"https://{company.host}/api-keys/", {"name": "demo"})
    secret = page.document.texts.get("api-key-secret", "")
    expect(secret.startswith("lvk_"), f"no secret shown: {page.document.text[:160]}")
    company.api = ApiClient(endpoints=world.endpoints, host=company.host, key=secret)
    me = company.rest.get("/me")
    again = company.browser.get(f"https://{company.host}/api-keys/")
    expect(secret not in again.text, "the secret is shown a second time")
    return f"{secret[:8]}… is good for /me: {_short(me)}"


def _short(value: dict[str, Any]) -> str:
    return ", ".join(f"{key}={str(value[key])[:40]}" for key in list(value)[:3])


def add_domain(world: World) -> str:
    """Add organisation and domain; the same Idempotency-Key gives the same domain."""
    api = world.acme.rest
    organisation = api.post("/organisations", {"name": f"Client {world.mark}"})
    world.organisation_id = organisation["id"]
    order = {"name": world.domain, "organisation": world.organisation_id}
    key = secrets.token_hex(16)
    first = api.post("/domains", order, idempotency_key=key)
    second = api.post("/domains", order, idempotency_key=key)
    expect(first == second, f"a repeat answered {second} after {first}")
    world.domain_id = first["id"]
    expect(first["state"] == "pending", f"state is {first['state']}")
    other = api.call("POST", "/domains", {**order, "name": f"x{world.domain}"}, idempotency_key=key)
    expect(400 <= other.status < 500, f"the key with another body answered {other.status}")
    return f"{first['id']} pending; repeat is the same; the key with another body: {other.status}"


def buy_zone(world: World) -> str:
    """Buy the zone from the outside registrar and see it by the resolver."""
    world.outside.buy_zone(world.domain)
    answer = wait_for(lambda: found_in_dns(world, world.domain), what=f"NS of {world.domain}")
    return f"{world.domain} NS {', '.join(sorted(str(record.target) for record in answer))}"


def found_in_dns(world: World, domain: str) -> Any:
    """What dnspython answers for the zone's name servers, or None while the resolver finds none."""
    try:
        return stack_resolver(world.endpoints).resolve(domain, "NS")
    except Exception as error:
        if type(error).__module__.startswith("dns."):
            return None
        raise


def verdicts(world: World) -> dict[str, str]:
    """Return purpose or name → verdict of every record to publish."""
    listed = world.acme.rest.get(f"/domains/{world.domain_id}/records")["data"]
    return {f"{one['purpose']} {one['type']} {one['name']}": one["verdict"] for one in listed}


def checked(world: World, *, wanted: str) -> dict[str, str]:
    """Ask for checks until every record has the wanted verdict."""

    def look() -> dict[str, str] | None:
        seen = verdicts(world)
        return seen if seen and set(seen.values()) == {wanted} else None

    world.acme.rest.post(f"/domains/{world.domain_id}/check")
    try:
        return wait_for(look, what=f"verdict {wanted} on every record", every=0.5)
    except AssertionError as error:
        raise AssertionError(f"{error}; there is {verdicts(world)}") from error


def records_missing(world: World) -> str:
    """Before anything is published every record is missing."""
    seen = checked(world, wanted="missing")
    return f"{len(seen)} records, each missing"


def not_yet_receiving(world: World) -> str:
    """A domain that is not verified does not receive."""
    recipient = f"postmaster@{world.domain}"
    message = compose(sender=world.outside_address("eve"), recipient=recipient, subject="too early")
    reply = world.outside.send(
        sender=world.outside_address("eve"), recipient=recipient, message=message
    )
    expect(
        reply.phase == "rcpt" and 500 <= reply.code < 600,
        f"{reply.phase}: {reply.code} {reply.text}",
    )
    return f"{reply.code} at RCPT: {reply.text[:60]}"


def publish(world: World) -> str:
    """As the domain's owner, publish the ownership TXT; the product writes the rest by RFC 2136."""
    key = world.endpoints.update_key("dns_update")
    proof = world.acme.rest.get(f"/domains/{world.domain_id}")["ownership"]
    replace_records(
        key,
        zone=f"{world.domain}.",
        name=f"{proof['name'].rstrip('.')}.",
        kind=proof["type"],
        values=[f'"{proof["value"]}"'],
    )
    world.acme.rest.post(f"/domains/{world.domain_id}/dns-update", key.as_json())
    seen = checked(world, wanted="match")
    return f"{len(seen)} records match: {', '.join(sorted({name.split()[0] for name in seen}))}"


def verified(world: World) -> str:
    """The domain is verified."""

    def look() -> str | None:
        state = world.acme.rest.get(f"/domains/{world.domain_id}")["state"]
        return state if state == "verified" else None

    state = wait_for(look, what="state verified")
    resolver = stack_resolver(world.endpoints)
    exchanges = [str(one.exchange) for one in resolver.resolve(world.domain, "MX")]
    return f"{state}; MX {', '.join(exchanges)}"


def taken(world: World) -> str:
    """A second reseller asks for the same domain and is refused without hearing whose it is."""
    globex = new_company(world.endpoints, name="Globex", colour="#862e9c")
    sign_up(world, globex)
    make_key(world, globex)
    organisation = globex.rest.post("/organisations", {"name": "Rival"})
    page = globex.rest.call(
        "POST", "/domains", {"name": world.domain, "organisation": organisation["id"]}
    )
    expect(page.status == 409, f"answered {page.status}: {page.text[:160]}")
    expect(page.json.get("code") == "domain.taken", f"code is {page.json.get('code')}")
    told = page.text.lower()
    named = [
        one
        for one in (world.acme.slug, world.acme.company.lower(), world.acme.email)
        if one in told
    ]
    expect(not named, f"the refusal names {named}")
    foreign = globex.rest.call("GET", f"/domains/{world.domain_id}")
    expect(foreign.status == 404, f"the other's domain answered {foreign.status}")
    return f"409 domain.taken: {page.json.get('detail')}; reading it: 404"


JOURNEY: Journey[World] = Journey(
    key="J2",
    title="a domain is added and proven",
    needs=("J1",),
    steps=(
        Step(name="API key", act=lambda w: make_key(w, w.acme)),
        Step(name="domain by API, repeat is harmless", act=add_domain),
        Step(name="zone from the registrar", act=buy_zone),
        Step(name="records are missing", act=records_missing),
        Step(name="unverified domain does not receive", act=not_yet_receiving),
        Step(name="records written and matched", act=publish),
        Step(name="domain is verified", act=verified),
        Step(name="taken domain is refused", act=taken),
    ),
)
