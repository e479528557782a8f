"""docs/api.md and docs/api/operator.md say what the code does: endpoints, rights and codes."""

import re
from pathlib import Path

import pytest
from django.urls import URLPattern

from controlplane.api import urls as resellers_urls
from controlplane.operator_api import urls as operator_urls
from kernel import errors
from kernel.actor import ROLE_ACTIONS
from kernel.rest.views import NoSuchPath
from mailcore.delivery.egress import errors as egress_errors
from mailcore.delivery.sending import errors as sending_errors
from mailcore.delivery.streams import errors as bulk_errors
from mailcore.delivery.suppression import errors as suppression_errors
from mailcore.domains import errors as domain_errors
from mailcore.handover import errors as hand_over_errors
from mailcore.mailboxes import errors as mailbox_errors
from mailcore.zones import errors as zone_errors
from tenants.accounts import errors as member_errors
from tenants.bearer import errors as bearer_errors
from tenants.organisations import errors as key_errors
from tenants.plans import errors as plan_errors
from tenants.webhooks import errors as webhook_errors

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENT = (DOCS / "api.md").read_text(encoding="utf-8")
OPERATORS = (DOCS / "api" / "operator.md").read_text(encoding="utf-8")
APIS = pytest.mark.parametrize(
    ("text", "module", "role"),
    [(DOCUMENT, resellers_urls, "owner"), (OPERATORS, operator_urls, "operator")],
    ids=["resellers", "operator"],
)
ROW = re.compile(
    r"^\| `(GET|POST|PATCH|DELETE) (/api/v1/[^`]*)`.*? \| (any key|`[\w.]+`) \|", re.MULTILINE
)
BASES = {errors.ApplicationError, errors.Conflict}
METHODS = {"get": "GET", "post": "POST", "patch": "PATCH", "delete": "DELETE"}


def implemented(module):
    for entry in module.urlpatterns:
        assert isinstance(entry, URLPattern)
        view = entry.callback.view_class
        if view is not NoSuchPath:
            path = re.sub(r"<\w+:(\w+)>", r"{\1}", str(entry.pattern))
            for name, method in METHODS.items():
                if hasattr(view, name):
                    yield method, f"/api/v1/{path}"


@APIS
def test_every_endpoint_is_documented_and_every_documented_one_exists(text, module, role):
    assert {(method, path) for method, path, _ in ROW.findall(text)} == set(implemented(module))


@APIS
def test_every_documented_right_is_one(text, module, role):
    rights = {right.strip("`") for _, _, right in ROW.findall(text)} - {"any key"}
    assert rights <= ROLE_ACTIONS[role]


def test_the_table_of_rights_is_the_codes_own():
    table = DOCUMENT.partition("## Rights")[2]
    head, *rows = re.findall(r"^\| (?:right|`[\w.]+`) \|.*$", table, re.MULTILINE)
    roles = [cell.strip() for cell in head.split("|")[2:-1]]
    documented = {role: set() for role in roles}
    for row in rows:
        cells = [cell.strip() for cell in row.split("|")[1:-1]]
        for role, cell in zip(roles, cells[1:], strict=True):
            if cell == "yes":
                documented[role].add(cells[0].strip("`"))
    assert documented == {role: set(actions) for role, actions in ROLE_ACTIONS.items()}


def problems():
    for module in (
        errors,
        domain_errors,
        hand_over_errors,
        mailbox_errors,
        plan_errors,
        egress_errors,
        sending_errors,
        bulk_errors,
        suppression_errors,
        webhook_errors,
        key_errors,
        member_errors,
        bearer_errors,
        zone_errors,
    ):
        for one in vars(module).values():
            # Bases are not raised themselves.
            if (
                isinstance(one, type)
                and issubclass(one, errors.ApplicationError)
                and one not in BASES
            ):
                yield one


@pytest.mark.parametrize("problem", sorted(set(problems()), key=lambda one: one.code))
def test_every_problem_of_the_mail_api_is_documented_with_its_status(problem):
    lines = [*DOCUMENT.splitlines(), *OPERATORS.splitlines()]
    (row,) = [line for line in lines if f"`{problem.code}`" in line.split(" | ")[0]]
    assert row.split(" | ")[1] == str(problem.status)
