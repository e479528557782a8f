"""Providers that take values as a zone file has them.

Hetzner (Cloud API v1, `/zones/{name}/rrsets`: single values join and leave a set by actions; only
the first may bring a TTL), OVHcloud (1.0: signed requests, a request a record, texts of types of
their own, nothing shows before a refresh), Scaleway (v2beta1: changes by PATCH).
"""

import hashlib

from tests.contract.dns.fakes.account import ZONE, Provider, Said


class Hetzner(Provider):
    base = "/v1/zones"
    unknown = 401, {"error": {"code": "unauthorized"}}
    forbidden = 403, {"error": {"code": "token_readonly"}}

    def said(self, path: str, query: dict, body: dict) -> Said:
        if path == f"/{ZONE}":
            return 200, {"zone": {"id": 42, "name": ZONE, "ttl": 3600}}
        if path.startswith("/actions/"):
            return 200, {"action": {"id": 1, "status": "success"}}
        if not path.startswith("/42/rrsets"):
            return self.not_found
        if self.command == "GET":
            shown, number, pages = self.page(self._sets(), query)
            more = number + 1 if number < pages else None
            told = {"page": number, "last_page": pages, "next_page": more}
            return 200, {"rrsets": shown, "meta": {"pagination": told}}
        *_, name, kind, _, verb = path.split("/")
        (record,) = body["records"]
        if verb == "remove_records":
            return self._remove(name, kind, record["value"])
        held = [row for row in self.account.rows() if (row["name"], row["type"]) == (name, kind)]
        if held and "ttl" in body:
            return 409, {"error": {"code": "conflict"}}
        ttl = held[0]["ttl"] if held else body["ttl"]
        self.account.add({"name": name, "type": kind, "value": record["value"], "ttl": ttl})
        return 201, {"action": {"id": 1, "status": "running" if kind == "MX" else "success"}}

    def _remove(self, name: str, kind: str, value: str) -> Said:
        for number, row in list(self.account.records.items()):
            if (row["name"], row["type"], row["value"]) == (name, kind, value):
                self.account.records.pop(number)
                return 201, {"action": {"id": 2, "status": "success"}}
        return 422, {"error": {"code": "invalid_input"}}

    def _sets(self) -> list[dict]:
        sets: dict[tuple, dict] = {}
        for row in self.account.rows():
            place = (row["name"], row["type"])
            held = sets.setdefault(place, {**row, "id": "/".join(place), "records": []})
            held["records"].append({"value": row["value"], "comment": ""})
        return list(sets.values())


class Ovh(Provider):
    base = "/1.0"
    fields = {
        "auth_entrypoint": "ovh-eu",
        "auth_application_key": "application",
        "auth_application_secret": "s3cret-of-a-test",
        "auth_consumer_key": "consumer-of-a-test",
    }
    unknown = 403, {"errorCode": "INVALID_CREDENTIAL", "message": "This credential is not valid"}
    forbidden = 403, {"errorCode": "NOT_GRANTED_CALL", "message": "not been granted"}

    def is_write(self, path: str, body: dict) -> bool:
        return self.command != "GET" and not path.endswith("/refresh")

    def is_known(self, body: dict) -> bool:
        if self.path == "/1.0/auth/time":
            return True
        address = f"http://{self.headers['Host']}{self.path}"
        time = self.headers["X-Ovh-Timestamp"]
        secret, consumer = self.fields["auth_application_secret"], self.fields["auth_consumer_key"]
        signed = "+".join((secret, consumer, self.command, address, self.raw.decode(), time))
        proof = hashlib.sha1(signed.encode()).hexdigest()
        return self.headers["X-Ovh-Signature"] == f"$1${proof}"

    def said(self, path: str, query: dict, body: dict) -> Said:
        here = f"/domain/zone/{ZONE}"
        if path == "/auth/time":
            return 200, 1_700_000_000
        if path == "/domain/zone/":
            return 200, ["other.example", ZONE]
        if path == f"{here}/status":
            return 200, {"isDeployed": False}  # nothing that we need to know
        if path == f"{here}/refresh":
            return 200, None
        if self.command == "DELETE":
            return (200, None) if self.gone(path) else self.not_found
        if self.command == "POST":
            assert not body["subDomain"].endswith(ZONE)
            return 200, self.account.add({**body, "zone": ZONE, "fieldType": self._type(body)})
        number = path.removeprefix(f"{here}/record").strip("/")
        if number:
            return 200, self.account.records[number]
        asked = query["subDomain"][0]
        return 200, [row["id"] for row in self.account.rows() if row["subDomain"] == asked]

    def _type(self, body: dict) -> str:
        return "SPF" if "v=spf1" in body["target"] else str(body["fieldType"])


class Scaleway(Provider):
    base = "/domain/v2beta1"
    fields = {"auth_secret_key": "00000000-s3cret-of-a-test"}
    unknown = 401, {"type": "denied_authentication"}
    forbidden = 403, {"type": "permissions_denied"}

    def is_known(self, body: dict) -> bool:
        return self.headers.get("X-Auth-Token") == self.fields["auth_secret_key"]

    def said(self, path: str, query: dict, body: dict) -> Said:
        if path == "/dns-zones":
            asked = query["dns_zone"][0]
            held = [{"domain": ZONE, "subdomain": ""}] if asked == ZONE else []
            return 200, {"dns_zones": held, "total_count": len(held)}
        assert path == f"/dns-zones/{ZONE}/records"
        if self.command == "PATCH":
            assert body["disallow_new_zone_creation"]
            (change,) = body["changes"]
            return self._change(change)
        rows = self.account.rows()
        size, number = int(query["page_size"][0]), int(query["page"][0])
        shown = rows[(number - 1) * size : number * size]
        return 200, {"records": shown, "total_count": len(rows)}

    def _change(self, change: dict) -> Said:
        if "delete" in change:
            self.account.records.pop(str(change["delete"]["id"]))
            return 200, {"records": []}
        (record,) = change["add"]["records"]
        if record["type"] == "TXT":
            escaped = record["data"].replace("\\", "\\\\").replace('"', '\\"')
            parts = [escaped[at : at + 255] for at in range(0, len(escaped), 255)]
            record["data"] = " ".join(f'"{part}"' for part in parts)
        return 200, {"records": [self.account.add(record)]}
