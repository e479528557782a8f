"""Cloudflare and DigitalOcean.

Cloudflare (API v4, `/zones` and `/zones/{id}/dns_records`): a mail exchanger's priority and a
service's numbers stand beside the content, an identical record is refused with error 81058, a
record beside an alias with 81053, and pages hold what `per_page` says. DigitalOcean (API v2,
`/domains/{name}/records`): the zone is `@`, hosts are written with a dot and read without, pages are
links.
"""

from tests.contract.dns.fakes.account import ZONE, Provider, Said


class Cloudflare(Provider):
    base = "/client/v4"
    unknown = 403, {"success": False, "errors": [{"code": 9109, "message": "Invalid token"}]}
    forbidden = 403, {"success": False, "errors": [{"code": 10000, "message": "Authentication"}]}

    def said(self, path: str, query: dict, body: dict) -> Said:
        if path == "/zones":
            asked = query.get("name", [ZONE])
            held = [{"id": "z1", "name": ZONE}] if asked == [ZONE] else []
            return 200, self._result(held, query)
        if self.command == "DELETE":
            self.gone(path)
            return 200, {"success": True, "result": {"id": "gone"}}
        if self.command == "POST":
            return self._create(body)
        return 200, self._result(self.account.rows(), query)

    def _create(self, body: dict) -> Said:
        beside = [r for r in self.account.rows() if r["name"] == body["name"]]
        if any("CNAME" in {r["type"], body["type"]} for r in beside if r != body):
            return 400, {"success": False, "errors": [{"code": 81053, "message": "alias"}]}
        made = {k: body[k] for k in ("type", "name", "ttl")} | {"content": body.get("content")}
        if body["type"] == "TXT":
            assert body["content"].startswith('"'), "TXT content consists of quoted strings"
        if body["type"] == "MX":
            made["priority"] = body["priority"] + 0
            assert " " not in body["content"]
        if body["type"] == "SRV":
            data = made["data"] = body["data"]
            made["content"] = f"{data['weight']}\t{data['port']}\t{data['target']}"
            made["priority"] = data["priority"] + 0
        if any({**r, "id": 0} == {**made, "id": 0} for r in self.account.rows()):
            return 400, {"success": False, "errors": [{"code": 81058, "message": "identical"}]}
        return 200, {"success": True, "result": self.account.add(made)}

    def _result(self, rows: list, query: dict) -> dict:
        shown, number, pages = self.page(rows, query)
        info = {"page": number, "per_page": 5, "total_pages": pages, "total_count": len(rows)}
        return {"success": True, "result": shown, "result_info": info}


class DigitalOcean(Provider):
    base = "/v2"

    def said(self, path: str, query: dict, body: dict) -> Said:
        if not path.startswith(f"/domains/{ZONE}"):
            return self.not_found
        if path == f"/domains/{ZONE}":
            return 200, {"domain": {"name": ZONE, "ttl": 1800}}
        if self.command == "DELETE":
            return (204, {}) if self.gone(path) else self.not_found
        if self.command == "POST":
            assert body["name"], "the zone itself is @"
            kept = ("type", "name", "data", "priority", "port", "weight", "ttl")
            made = {k: body.get(k) for k in kept}
            if body["type"] in {"MX", "SRV", "CNAME"}:
                assert made["data"].endswith(".")
                made["data"] = made["data"].rstrip(".")
            if body["type"] in {"MX", "SRV"}:
                assert isinstance(made["priority"], int)
            return 201, {"domain_record": self.account.add(made)}
        rows = self.account.rows()
        shown, number, pages = self.page(rows, query)
        here = f"{self.account.url}/domains/{ZONE}/records"
        more = {"pages": {"next": f"{here}?page={number + 1}"}} if number < pages else {}
        return 200, {"domain_records": shown, "links": more, "meta": {"total": len(rows)}}
