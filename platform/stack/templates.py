"""Jinja2 rendering of the configuration templates below platform/deploy."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


@cache
def _environment(folder: Path) -> Environment:
    # Configuration files are not HTML: escaping would spoil them.
    return Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 (configuration files, see above)
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render_template(folder: Path, name: str, values: Mapping[str, object]) -> str:
    """Return the text of one template; jinja2.UndefinedError names a value that is missing."""
    return _environment(folder).get_template(name).render(**values)
