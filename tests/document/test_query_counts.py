"""How many statements each reading costs, whatever the number of rows: written down, so that more is seen."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.document.operations import OPERATIONS

#: Lists and single objects. Beside these: the host and the key, so that five is the most.
COUNTS = {
    "alarms.list": 1,
    "aliases.list": 1,
    "aliases.get": 1,
    "api_keys.list": 1,
    "api_keys.get": 1,
    "audit.list": 1,
    "dns_credentials.list": 1,
    "dns_credentials.get": 1,
    "domains.list": 1,
    "domains.get": 1,
    "domains.alarms": 2,
    "domains.checks": 3,
    "domains.dkim_keys": 3,
    "domains.records": 3,
    "domains.zone_file": 3,
    "dmarc.get": 3,
    "dmarc_sources.list": 2,
    "dns_plans.list": 2,
    "dns_plans.get": 2,
    "domains.dns_provider": 3,
    "events.list": 2,
    "hand_overs.list": 1,
    "hand_overs.get": 3,
    "holds.list": 1,
    "holds.get": 1,
    "invoices.list": 1,
    "invoices.get": 2,
    "invoices.records": 2,
    "jobs.list": 1,
    "jobs.get": 1,
    "jobs.items": 2,
    "mail_hosts.get": 2,
    "mail_hosts.list": 2,
    "mailboxes.list": 1,
    "mailboxes.get": 1,
    "app_passwords.list": 2,
    "me.get": 0,
    "members.list": 1,
    "members.get": 1,
    "messages.list": 2,
    "messages.get": 1,
    "organisations.list": 1,
    "organisations.get": 1,
    "streams.list": 2,
    "suppressions.list": 1,
    "tls_reports.get": 3,
    "usage.get": 3,
    "webhooks.list": 1,
    "webhooks.get": 1,
    "webhooks.deliveries": 2,
    "operator/audit.list": 1,
    "operator/egress_nodes.list": 1,
    "operator/egress_pools.list": 1,
    "operator/egress_pools.get": 1,
    "operator/egress_sources.list": 1,
    "operator/egress_sources.get": 2,
    "operator/holds.list": 1,
    "operator/holds.get": 1,
    "operator/me.get": 0,
    "operator/plans.list": 1,
    "operator/plans.get": 1,
    "operator/resellers.list": 2,
    "operator/resellers.get": 2,
}
HEAD = 2
_SETTINGS = ("SET ", "SAVEPOINT", "RELEASE")


def test_each_reading_costs_what_is_written_down(stage, call) -> None:
    for name in ("me.get", "operator/me.get"):
        call(name, stage.caller_of(name))  # notes the key's use, once a minute
    found = {}
    for name in [one.name for one in OPERATIONS.values() if one.is_reading]:
        with CaptureQueriesContext(connection) as seen:
            answer = call(name, stage.caller_of(name))
        assert answer.status_code == 200, answer.content
        asked = [one["sql"] for one in seen if not one["sql"].startswith(_SETTINGS)]
        found[name] = len(asked) - HEAD
        assert not [sql for sql in asked if '"logo"' in sql], "a picture, in a program's answer"
    assert found == COUNTS
    assert max(COUNTS.values()) + HEAD <= 5


#: What agencies do by the hundred, with all that it writes; beside the host and the key.
CREATING = {"organisations.create": 5, "domains.create": 19, "mailboxes.create": 12}


def test_each_creation_costs_what_is_written_down(stage, call) -> None:
    call("me.get", stage.caller_of("me.get"))  # notes the key's use, once a minute
    found = {}
    for name in CREATING:
        with CaptureQueriesContext(connection) as seen:
            answer = call(name, stage.caller_of(name))
        assert answer.status_code == 201, answer.content
        found[name] = len([one for one in seen if not one["sql"].startswith(_SETTINGS)]) - HEAD
    assert found == CREATING
