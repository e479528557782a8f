"""`fields=`: only these parts of an answer."""

from collections.abc import Mapping
from typing import Any

from kernel.errors import InvalidInput

NAME = "fields"
_MOST = 50
_Tree = dict[str, "_Tree"]


def choose(data: Any, wanted: str) -> Any:
    """`data` with the fields of a text such as `id,ownership.value`; in the rows of a page.

    Raises InvalidInput for a field that is not there.
    """
    tree = _parse(wanted)
    if isinstance(data, Mapping) and isinstance(data.get("data"), list):
        return {**data, "data": [_pick(row, tree, "") for row in data["data"]]}
    return _pick(data, tree, "")


def _parse(wanted: str) -> _Tree:
    paths = [path.strip() for path in wanted.split(",")]
    if "" in paths:
        raise InvalidInput("Name fields with commas between them, such as id,name.", field=NAME)
    if len(paths) > _MOST:
        raise InvalidInput(f"At most {_MOST} fields can be named.", field=NAME)
    tree: _Tree = {}
    for path in paths:
        branch = tree
        for step in path.split("."):
            branch = branch.setdefault(step, {})
    return tree


def _pick(value: Any, tree: _Tree, at: str) -> Any:
    if not tree:
        return value
    if isinstance(value, list | tuple):
        return [_pick(one, tree, at) for one in value]
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise InvalidInput(f"“{at.rstrip('.')}” has no parts.", field=NAME)
    unknown = [step for step in tree if step not in value]
    if unknown:
        raise InvalidInput(f"There is no field “{at}{unknown[0]}”.", field=NAME)
    # In the order of the answer, not of the question.
    return {name: _pick(value[name], tree[name], f"{at}{name}.") for name in value if name in tree}
