"""The page on DNS at providers says what the code does."""

from pathlib import Path

from mailcore.domains.instructions import update_sentence
from mailcore.zones.adapters.providers import PROVIDERS
from mailcore.zones.adapters.providers.catalogue import Provider
from mailcore.zones.ports import WRITABLE

PAGE = (Path(__file__).parents[3] / "docs/dns-providers.md").read_text()


def _row(name: str, provider: Provider) -> str:
    fields = ", ".join(
        f"`{one.name}`" if one.is_secret else f"(`{one.name}`)" for one in provider.fields
    )
    by_hand = ", ".join(sorted(WRITABLE - provider.types)) or "–"
    return f"| `{name}` | {provider.title} | {fields} | {by_hand} | {provider.make.shortest_ttl} |"


def test_the_table_of_keys_is_the_catalogue() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `") and line.count("|") == 6]
    assert rows[1:] == [_row(name, provider) for name, provider in sorted(PROVIDERS.items())]


def test_every_code_has_a_line_and_a_sentence_of_its_own() -> None:
    codes = ["bad_key", "no_right", "not_zone", "rate_limited", "failed", "timeout", "unreachable",
             "refused", "unsupported_record", "malformed"]  # fmt: skip
    assert all(f"`provider.{code}`" in PAGE for code in codes)
    sentences = {update_sentence(f"provider.{code}") for code in codes}
    assert len(sentences | {update_sentence("nothing.we.know")}) == len(codes) + 1
