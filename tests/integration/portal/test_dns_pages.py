"""A person has a domain's records written: a key, what would change, done, seen, taken back."""

import re

import pytest
from django.utils.html import escape

from kernel import clock
from kernel.models import AuditEntry
from kernel.tenancy import in_schema
from mailcore.checks.models import RecordVerdict
from mailcore.domains import services
from mailcore.domains.models import DnsCredential, Domain
from mailcore.protocol.dns_zone import RecordSet
from mailcore.zones.adapters.providers import PROVIDERS
from mailcore.zones.models import DnsPlan
from mailcore.zones.ports import WRITABLE, ZoneBusy
from tenants.accounts.models import Member
from tests.integration.domains.zone_stage import OLD_MX, OLD_SPF, D, Zone, shown, work

pytestmark = pytest.mark.django_db
KEY = {"way": "rfc2136", "server": "127.0.0.9", "port": "53", "key_name": "owner",
       "algorithm": "hmac-sha256", "secret": "c2VjcmV0c2VjcmV0"}  # fmt: skip


@pytest.fixture
def shop(acme):
    return services.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name=D
    )


@pytest.fixture
def zone(monkeypatch) -> Zone:
    """The client's zone, whatever the key."""
    held = Zone(
        zone=D,
        standing={
            (D, "MX"): RecordSet(values=(OLD_MX,), ttl=600),
            (D, "TXT"): RecordSet(values=("note", OLD_SPF), ttl=77),
        },
    )
    for module in ("credentials", "dns_plans"):
        monkeypatch.setattr(f"mailcore.domains.services.{module}.editor_of", lambda _: held)
    return held


def _text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def _seen_at(*servers: str) -> None:
    """What the last look noted."""
    said = [
        {
            "servers": [f"{one} (192.0.2.1)" for one in servers],
            "values": [],
            "alias": "",
            "failure": "",
        }
    ]
    RecordVerdict.objects.filter(purpose="mx").update(said=said)


def test_the_page_says_where_the_dns_is_and_which_key_it_takes(alice, shop):
    path = f"/domains/{shop.reference}/dns/"
    assert "not seen this domain's name servers yet" in _text(alice.get(path))
    _seen_at("ada.ns.cloudflare.com", "bob.ns.cloudflare.com")
    page = alice.get(path)
    assert "Your DNS is at Cloudflare" in _text(page)
    assert "My Profile, then API Tokens" in _text(page)
    assert 'name="auth_token"' in page.content.decode()
    assert "Your DNS is at Cloudflare" in _text(alice.get(f"/domains/{shop.reference}/"))
    _seen_at("ns1.elsewhere.example", "bob.ns.cloudflare.com")  # half of it is not all of it
    page = _text(alice.get(path))
    assert "Only some of its name servers are of Cloudflare" in page
    assert "ns1.elsewhere.example" in page
    _seen_at("ns1.elsewhere.example", "bob.ns.cloudflare.com.evil.example")
    page = _text(alice.get(path))
    assert "whose interface we do not know" in page
    assert "Download as a zone file" in page
    assert 'name="key_name"' in alice.get(f"{path}?way=\0nonsense").content.decode()


def test_each_provider_has_a_form_that_keeps_its_secrets_to_itself(alice, shop, monkeypatch):
    path = f"/domains/{shop.reference}/dns/"
    monkeypatch.setattr(
        "mailcore.domains.services.credentials.editor_of", lambda _: Zone(zone=D, standing={})
    )
    for name, provider in PROVIDERS.items():
        form = alice.get(f"{path}?way={name}").content.decode()
        assert f'href="{escape(provider.page)}"' in form
        given = {
            one.name: one.choices[0] if one.choices else f"s3cret-{one.name}"
            for one in provider.fields
        }
        bad = alice.post(
            f"{path}credentials/", {**given, "way": name, provider.fields[-1].name: ""}
        )
        assert bad.status_code == 422
        kept = alice.post(f"{path}credentials/", {**given, "way": name}, follow=True)
        shown = bad.content.decode() + kept.content.decode()
        for one in provider.fields:
            assert f'name="{one.name}"' in form
            assert not (one.is_secret and given[one.name] in shown)
    assert "SRV you add there by hand" in _text(alice.get(f"{path}?way=ionos"))
    rows = DnsCredential.objects.order_by("public_id")
    assert [row.provider for row in rows] == list(PROVIDERS)
    noted = str(list(AuditEntry.objects.values_list("data", flat=True)))
    for row in rows:
        secret = [f"s3cret-{one.name}" for one in PROVIDERS[row.provider].fields if one.is_secret]
        told = f"{row.settings} {bytes(row.sealed_secret)!r} {noted}"
        assert not [one for one in secret if one in told]
    region = {**given, "way": "ovh", "auth_entrypoint": "https://evil.example"}
    assert alice.post(f"{path}credentials/", region).status_code == 422


def test_what_a_provider_does_not_take_is_shown_to_be_added_by_hand(alice, shop, zone):
    zone.types = WRITABLE - {"SRV"}
    path = f"/domains/{shop.reference}/dns/"
    alice.post(f"{path}credentials/", {"way": "ionos", "api_key": "public.secret"})
    key = DnsCredential.objects.get()
    page = alice.post(f"{path}credentials/{key.reference}/plan/", follow=True)
    line = f"_imaps._tcp.{D} SRV 0 1 993 "
    assert line in _text(page).partition("To add by hand")[2]
    plan = DnsPlan.objects.get()
    alice.post(f"{path}plans/{plan.reference}/apply/")
    work(plan, zone)
    assert not [place for place, held in zone.standing.items() if place[1] == "SRV" and held.values]
    assert line in _text(alice.get(f"{path}plans/{plan.reference}/"))  # still to be done


def test_from_a_key_to_written_records_and_back(alice, shop, zone):
    before, path = shown(zone), f"/domains/{shop.reference}/dns/"
    bad = alice.post(f"{path}credentials/", {**KEY, "secret": "not base64!"})
    assert bad.status_code == 422
    assert "not base64!" not in bad.content.decode()
    page = alice.post(f"{path}credentials/", KEY, follow=True)
    assert "takes this key for the domain" in _text(page)
    assert KEY["secret"] not in page.content.decode()
    key = DnsCredential.objects.get()

    plans = f"{path}credentials/{key.reference}/plan/"
    page = alice.post(plans, follow=True)
    first = DnsPlan.objects.get()
    assert page.request["PATH_INFO"] == f"{path}plans/{first.reference}/"
    words = _text(page)
    assert f"Remove {OLD_MX[3:]}" in words or f"Remove {OLD_MX}" in words
    assert "TXT v=spf1 include:_spf.old.example ~all" in words
    assert "note" in words.partition("Not ours")[2]
    assert shown(zone) == before

    words = _text(alice.post(plans, {"replace": "mx"}, follow=True))
    assert f"of somebody else will be removed: {OLD_MX}" in words
    second = DnsPlan.objects.exclude(pk=first.pk).get()
    plan = f"{path}plans/{second.reference}/"
    page = alice.post(f"{plan}apply/", follow=True)
    assert "data-watch" in page.content.decode()
    work(second, zone)
    page = alice.get(plan)
    assert "now we look for them at every name server" in _text(page)
    assert "data-watch" in page.content.decode()
    assert "keep them up to date" in _text(alice.get(path))
    assert "cannot be done any more" in _text(alice.post(f"{plan}apply/", follow=True))
    DnsPlan.objects.filter(pk=second.pk).update(state="verified")
    page = alice.get(plan)
    assert "Every name server shows the records" in _text(page)
    assert "data-watch" not in page.content.decode()

    reports = f"/domains/{shop.reference}/reports/"
    assert "DNS shows no DMARC record" in _text(alice.get(reports)), "nobody chose one here"
    Domain.objects.update(dmarc_policy="quarantine", dmarc_changed_at=clock.now())
    assert "p=quarantine is being written into your DNS" in _text(alice.get(reports))
    Domain.objects.update(dmarc_policy="none", dmarc_changed_at=None)

    alice.post(f"{plan}undo/")
    work(second, zone)
    assert shown(zone) == before
    assert "What stood before is back" in _text(alice.get(plan))
    alice.post(f"{path}credentials/{key.reference}/remove/")
    assert not DnsCredential.objects.exists()
    assert "What stood before is back" in _text(alice.get(plan)), "the plan is still told"


def test_a_server_that_is_away_is_told_and_a_reader_gets_no_buttons(alice, acme, shop, zone):
    path = f"/domains/{shop.reference}/dns/"
    alice.post(f"{path}credentials/", KEY)
    key = DnsCredential.objects.get()
    alice.post(f"{path}credentials/{key.reference}/plan/")
    plan = f"{path}plans/{DnsPlan.objects.get().reference}/"
    zone.read = lambda *_: (_ for _ in ()).throw(ZoneBusy("dns_update.timeout"))
    for post in (f"{path}credentials/{key.reference}/plan/", f"{plan}apply/"):
        assert "did not answer in time" in _text(alice.post(post, follow=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mailcore.domains.services.asking._OF_RESELLER", 0)
        tests = f"{path}credentials/{key.reference}/test/"
        for post in (f"{path}credentials/{key.reference}/plan/", f"{plan}apply/", tests):
            assert "too much at once" in _text(alice.post(post, follow=True))
    with in_schema(acme.reseller.schema_name):
        Member.objects.update(role="read_only")
    for page in (alice.get(path), alice.get(plan)):
        assert page.status_code == 200
        assert page.content.decode().count('method="post"') == 1  # the one to log out
    assert alice.post(f"{plan}apply/").status_code == 403
