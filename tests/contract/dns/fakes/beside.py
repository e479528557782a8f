"""Providers that keep a record's priority beside its value.

IONOS (hosting DNS API v1: full names, texts read in quotation marks, records made in lists), Linode
(v4: `X-Filter`, `pages`), Vultr (v2: `meta.links.next`, a text is one quoted string), DNSimple (v2:
`data`, accounts first), Porkbun (v3: POST with the keys inside, numbers as texts, 400 for every
refusal), netcup (a session, 200 for every refusal, a record is deleted by all that it says).
"""

import json

from tests.contract.dns.fakes.account import ZONE, Provider, Said


class Ionos(Provider):
    base = "/dns/v1/zones"
    fields = {"api_key": "prefix.s3cret-of-a-test"}
    unknown = 401, [{"code": "UNAUTHORIZED", "message": "The customer is not authorized"}]
    forbidden = 403, [{"code": "FORBIDDEN"}]

    def is_known(self, body: dict) -> bool:
        return self.headers.get("x-api-key") == self.fields["api_key"]

    def said(self, path: str, query: dict, body: list) -> Said:
        if path == "":
            return 200, [{"name": "other.example", "id": "z0"}, {"name": ZONE, "id": "z1"}]
        assert path.startswith("/z1")
        if self.command == "DELETE":
            return (200, {}) if self.gone(path) else self.not_found
        if self.command == "POST":
            (record,) = body
            assert record["type"] != "MX" or " " not in record["content"]
            if record["type"] == "TXT" and not record["content"].startswith('"'):
                escaped = record["content"].replace("\\", "\\\\").replace('"', '\\"')
                record["content"] = f'"{escaped}"'
            return 201, [self.account.add(record)]
        hidden = {"id": "h", "name": ZONE, "type": "MX", "content": "off.example", "ttl": 60}
        return 200, {
            "id": "z1",
            "name": ZONE,
            "records": [*self.account.rows(), {**hidden, "disabled": True}],
        }


class Linode(Provider):
    base = "/v4"
    unknown = 401, {"errors": [{"reason": "Invalid Token"}]}
    forbidden = (
        401,
        {"errors": [{"reason": "Your OAuth token is not authorized to use this endpoint."}]},
    )

    def said(self, path: str, query: dict, body: dict) -> Said:
        if path == "/domains":
            asked = json.loads(self.headers["X-Filter"])["domain"]
            held = [{"id": 6, "domain": f"like-{asked}"}]
            held += [{"id": 7, "domain": ZONE}] if asked == ZONE else []
            return 200, {"data": held, "page": 1, "pages": 1, "results": len(held)}
        assert path.startswith("/domains/7/records")
        if self.command == "DELETE":
            return (200, {}) if self.gone(path) else self.not_found
        if self.command == "POST":
            assert body["name"] != "@"
            assert body["type"] != "MX" or isinstance(body["priority"], int)
            return 200, self.account.add({**body, "weight": 0, "port": 0})
        shown, number, pages = self.page(self.account.rows(), query)
        return 200, {"data": shown, "page": number, "pages": pages}


class Vultr(Provider):
    base = "/v2"
    unknown = 401, {"error": "Invalid API token.", "status": 401}
    forbidden = 401, {"error": "Unauthorized IP address: 192.0.2.1", "status": 401}

    def said(self, path: str, query: dict, body: dict) -> Said:
        if not path.startswith(f"/domains/{ZONE}"):
            return self.not_found
        if path == f"/domains/{ZONE}":
            return 200, {"domain": {"domain": ZONE, "dns_sec": "disabled"}}
        if self.command == "DELETE":
            return (204, {}) if self.gone(path) else self.not_found
        if self.command == "POST":
            if body["type"] == "TXT":
                assert body["data"][0] == body["data"][-1] == '"'
                assert '"' not in body["data"][1:-1]
            return 201, {"record": self.account.add(body)}
        start = int(query.get("cursor", ["0"])[0])
        rows = self.account.rows()
        more = str(start + 5) if start + 5 < len(rows) else ""
        meta = {"total": len(rows), "links": {"next": more, "prev": ""}}
        return 200, {"records": rows[start : start + 5], "meta": meta}


class DNSimple(Provider):
    base = "/v2"

    def said(self, path: str, query: dict, body: dict) -> Said:
        if path == "/accounts":
            return 200, {"data": [{"id": 1, "email": "a@b.test"}, {"id": 2, "email": "c@d.test"}]}
        if not path.startswith(f"/2/zones/{ZONE}"):
            return self.not_found
        if path == f"/2/zones/{ZONE}":
            return 200, {"data": {"id": 9, "name": ZONE}}
        if self.command == "DELETE":
            return (204, {}) if self.gone(path) else self.not_found
        if self.command == "POST":
            assert ("priority" in body) == (body["type"] in {"MX", "SRV"})
            return 201, {"data": self.account.add({"priority": None, **body})}
        size, number = int(query["per_page"][0]), int(query["page"][0])
        return 200, {"data": self.account.rows()[(number - 1) * size : number * size]}


class Porkbun(Provider):
    base = "/api/json/v3"
    fields = {"auth_key": "pk1-of-a-test", "auth_secret": "sk1-of-a-test"}
    unknown = 400, {"status": "ERROR", "message": "Invalid API key. (002)"}
    forbidden = 400, {"status": "ERROR", "message": "Domain is not opted in to API access."}

    def is_write(self, path: str, body: dict) -> bool:
        return "/retrieve/" not in path

    def is_known(self, body: dict) -> bool:
        return (body["apikey"], body["secretapikey"]) == tuple(self.fields.values())

    def said(self, path: str, query: dict, body: dict) -> Said:
        _, _, verb, zone, *number = path.split("/")
        if zone != ZONE:
            return 400, {"status": "ERROR", "message": "Invalid domain."}
        if verb == "delete":
            self.gone(number[0])
        if verb == "create":
            assert body["name"] != "@"
            kept = {k: body[k] for k in ("type", "content", "prio", "ttl")}
            assert all(isinstance(value, str) for value in kept.values())
            name = f"{body['name']}.{ZONE}" if body["name"] else ZONE
            self.account.add({**kept, "name": name})
        return 200, {"status": "SUCCESS", "records": self.account.rows()}


class Netcup(Provider):
    base = "/endpoint"
    fields = {
        "auth_customer_id": "12345",
        "auth_api_key": "key-of-a-test",
        "auth_api_password": "passw0rd-of-a-test",
    }
    unknown = 200, {"status": "error", "statuscode": 4013, "longmessage": "The login failed."}

    def is_write(self, path: str, body: dict) -> bool:
        return body["action"] == "updateDnsRecords"

    def is_known(self, body: dict) -> bool:
        said = body["param"]
        proof = (said.get("apipassword"), said.get("apisessionid"))
        right = "passw0rd-of-a-test" if body["action"] == "login" else "session"
        return (said["customernumber"], said["apikey"]) == ("12345", "key-of-a-test") and (
            right in proof
        )

    def said(self, path: str, query: dict, body: dict) -> Said:
        action, given = body["action"], body["param"]
        if action == "login":
            return self._good({"apisessionid": "session"})
        if given["domainname"] != ZONE:
            return 200, {"status": "error", "statuscode": 5028, "longmessage": "Zone not found."}
        if action == "infoDnsZone":
            return self._good({"name": ZONE, "ttl": "3600"})
        for record in given.get("dnsrecordset", {}).get("dnsrecords", ()):
            self._write(record)
        return self._good({"dnsrecords": self.account.rows()})

    def _write(self, record: dict) -> None:
        if record.pop("deleterecord", False):
            held = self.account.records.pop(str(record["id"]))
            assert held["destination"] == record["destination"]
        else:
            assert record["hostname"]
            self.account.add({**record, "deleterecord": False, "state": "yes"})

    def _good(self, data: dict) -> Said:
        return 200, {"status": "success", "statuscode": 2000, "responsedata": data}
