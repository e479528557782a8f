"""docs/api.md and docs/api/operator.md say what the code does: endpoints, rights and codes."""

import re
from pathlib import Path

import pytest
from django.urls import URLPattern

from controlplane.api import meanings
from controlplane.api import urls as resellers_urls
from controlplane.api.advice import advice
from controlplane.api.answering import answering
from controlplane.api.document import OPERATOR, RESELLERS
from controlplane.api.problem_tables import TABLES, with_table
from controlplane.middleware.problems import REFUSALS
from controlplane.operator_api import urls as operator_urls
from kernel import errors
from kernel.actor import ROLE_ACTIONS
from kernel.rest.views import NoSuchPath

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


#: Only pages and commands meet these.
IN_PAGES = ("billing.", "brand.", "sign_up.", "reseller.")
BOTH = {**meanings.RESELLERS, **meanings.OPERATOR}


def subclasses(of):
    for one in of.__subclasses__():
        yield one
        yield from subclasses(one)


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.name)
def test_the_tables_of_problems_are_what_the_pages_say(path):
    text = path.read_text(encoding="utf-8")
    assert with_table(text, TABLES[path]) == text, "run `manage.py openapi` and commit docs"


def test_every_code_that_can_be_answered_is_explained():
    for api, known in ((RESELLERS, meanings.RESELLERS), (OPERATOR, BOTH)):
        assert set(answering(api)) - set(known) == set()
    assert {code for code, _ in REFUSALS.values()} - set(meanings.RESELLERS) == set()
    assert all(advice(status) for status, _ in BOTH.values())


def test_every_problem_is_explained_with_its_status():
    product = ("kernel.", "tenants.", "mailcore.", "billing.")
    found = [
        one for one in subclasses(errors.ApplicationError) if one.__module__.startswith(product)
    ]
    raised = {one.code: one.status for one in found}
    known = {code: status for code, (status, _) in BOTH.items()}
    missing = set(raised) - set(known)
    assert {code for code in missing if not code.startswith(IN_PAGES)} == set()
    assert {code: known[code] for code in raised if code in known} == {
        code: status for code, status in raised.items() if code in known
    }
