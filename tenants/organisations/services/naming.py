"""Names that people give."""

from kernel.errors import InvalidInput


def line(text: str) -> str:
    """The name on one line; raises InvalidInput."""
    name = " ".join(text.split())
    if not name or len(name) > 100 or "\0" in name:
        raise InvalidInput("A name has 1 to 100 characters.", field="name")
    return name
