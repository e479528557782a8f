"""What the documents point to is there, and what the code cites is in the documents."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NEEDED = {
    "README.md", "LICENSE", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/architecture.md",
    "docs/flows.md", "docs/glossary.md", "docs/rfcs.md", "docs/operations.md",
    "docs/decisions/README.md",
}  # fmt: skip
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
#: Words in backticks that look like a file of ours.
PATH = re.compile(
    r"`((?:platform|tenants|mailcore|billing|templates|tests|docs)/[\w./{}-]*[\w}])/?`"
)
SOURCES = [
    path
    for top in ("platform", "tenants", "mailcore", "billing", "templates")
    for path in (ROOT / top).rglob("*")
    if path.suffix in {".py", ".sql", ".j2", ".html"}
]

each = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def text(path):
    return path.read_text(encoding="utf-8")


def test_every_document_that_a_newcomer_needs_is_there():
    assert not [name for name in NEEDED if not (ROOT / name).is_file()]


@each
def test_every_link_leads_somewhere(document):
    links = LINK.findall(text(document))
    assert not [link for link in links if not (document.parent / link).exists()]


@each
def test_every_file_that_is_named_exists(document):
    named = set(PATH.findall(text(document)))
    assert not [name for name in named if "{" not in name and not (ROOT / name).exists()]


@each
def test_no_document_names_a_machine(document):
    assert not re.findall(r"(?<![\w.])/(?:work|tmp|root|home)/\w+", text(document))


def numbers_in(line):
    """`2045-2049` stands for all of them."""
    for first, last in re.findall(r"(\d{3,4})(?:-(\d{3,4}))?", line):
        yield from range(int(first), int(last or first) + 1)


def listed():
    rows = [line.split("|") for line in text(ROOT / "docs" / "rfcs.md").splitlines()]
    rows = [row for row in rows if len(row) > 4 and re.match(r" \d{3,4}", row[1])]
    return {number: row for row in rows for number in numbers_in(row[1])}


def test_every_standard_that_the_code_cites_is_listed():
    known = listed()
    cited = {
        (int(number), str(path.relative_to(ROOT)))
        for path in SOURCES
        for number in re.findall(r"RFC (\d{3,4})", text(path))
    }
    assert cited
    assert not [(number, path) for number, path in sorted(cited) if number not in known]


def test_every_standard_says_whether_it_is_kept():
    for number, row in listed().items():
        assert row[3].strip().split(":")[0] in {"yes", "partial", "no"}, number
        if row[3].strip().startswith("no"):
            continue
        assert row[4].strip(), f"RFC {number} is kept nowhere"


def test_decisions_are_numbered_and_listed():
    folder = ROOT / "docs" / "decisions"
    pages = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [name[:4] for name in pages] == [f"{n:04d}" for n in range(1, len(pages) + 1)]
    index = text(folder / "README.md")
    assert not [name for name in pages if f"({name})" not in index]


def test_the_readme_is_a_screen_and_a_half():
    assert len(text(ROOT / "README.md").splitlines()) <= 100
