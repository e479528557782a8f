"""Write the client's resources and shapes from the OpenAPI document.

`python clients/python/generate.py` writes `resources/` and `shapes.py` of the package, and so does
`manage.py openapi`; what stands there is replaced. A test holds document and package together.
"""

import json
import re
import shutil
import subprocess
import sys
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DOCUMENT = ROOT / "docs" / "api" / "openapi.json"
Schema = Mapping[str, Any]
_SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_HEAD = '"""{text}\n\nWritten by generate.py from the OpenAPI document: change that instead.\n"""\n'
#: Parameters that the client itself has no use for.
_LEFT_OUT = {"If-None-Match"}


def python_type(schema: Schema, *, shapes: str = "shapes.") -> str:
    """A schema as an annotation; values of enumerations are plain texts, since more may come."""
    if "$ref" in schema:
        return shapes + str(schema["$ref"].rpartition("/")[2])
    if "const" in schema or "enum" in schema:
        return "str | None" if None in schema.get("enum", ()) else "str"
    for several in ("oneOf", "anyOf", "allOf"):
        if several in schema:
            kinds = [python_type(one, shapes=shapes) for one in schema[several]]
            return " | ".join(dict.fromkeys(kinds))
    kinds = schema.get("type", "any")
    if isinstance(kinds, list):
        return " | ".join(python_type({**schema, "type": kind}, shapes=shapes) for kind in kinds)
    if kinds == "array":
        return f"Sequence[{python_type(schema.get('items', {}), shapes=shapes)}]"
    if kinds == "object":
        return _object(schema, shapes=shapes)
    return _SCALARS.get(kinds, "Any")


def _object(schema: Schema, *, shapes: str) -> str:
    properties = schema.get("properties", {})
    if set(properties) == {"data", "next_cursor"}:
        return f"Page[{python_type(properties['data']['items'], shapes=shapes)}]"
    return "Mapping[str, Any]"


def shapes(document: Schema) -> str:
    """The components as TypedDicts."""
    parts = [
        _HEAD.format(text="What the API takes and answers."),
        "from collections.abc import Mapping, Sequence",
        "from typing import Any, NotRequired, TypedDict",
    ]
    parts += [_shape(name, one) for name, one in sorted(document["components"]["schemas"].items())]
    return "\n\n".join(parts) + "\n"


def _shape(name: str, schema: Schema) -> str:
    keys = schema.get("properties", {})
    if not keys or not all(key.isidentifier() for key in keys) or "from" in keys:
        return f"{name} = {python_type(schema, shapes='')}"
    lines = [f"class {name}(TypedDict):", textwrap.indent(docstring(schema, name), "    ")]
    for key, value in keys.items():
        kind = python_type(value, shapes="")
        # Quoted, for it may name a shape that stands further down.
        shown = kind if key in schema.get("required", ()) else f"NotRequired[{kind}]"
        lines.append(f'    {key}: "{shown}"')
    return "\n".join(lines)


def docstring(said: Schema, otherwise: str) -> str:
    """One sentence, as safe inside quotes."""
    text = said.get("summary") or said.get("description") or otherwise
    first = " ".join(re.split(r"(?<=\.)\s", text)[0].split()).replace("\\", "").replace('"', "'")
    return f'"""{first if first.endswith(".") else first + "."}"""'


def identifier(name: str) -> str:
    """A parameter's name in Python."""
    plain = name.replace("-", "_").lower()
    return f"{plain}_" if plain in {"from", "import", "class"} else plain


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of the document, as a method."""

    path: str
    verb: str
    said: Schema
    document: Schema

    @property
    def name(self) -> str:
        """`domains.dkim_keys.list` → `dkim_keys_list`."""
        return identifier(str(self.said["operationId"]).partition(".")[2].replace(".", "_"))

    def _parameters(self, place: str) -> dict[str, Schema]:
        found = self.said.get("parameters", ())
        return {
            identifier(p["name"]): p
            for p in found
            if p["in"] == place and p["name"] not in _LEFT_OUT
        }

    @cached_property
    def body(self) -> Schema:
        """The schema of the body; empty without one."""
        content = self.said.get("requestBody", {}).get("content", {}).get("application/json", {})
        schema: Schema = content.get("schema", {})
        if "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema

    @property
    def answer(self) -> str:
        """The annotation of what comes back."""
        contents = [
            answer.get("content", {}).get("application/json")
            for status, answer in self.said["responses"].items()
            if status.startswith("2")
        ]
        kinds = [python_type(one["schema"]) if one else "None" for one in contents]
        return " | ".join(dict.fromkeys(kinds)) or "None"

    def _takes(self) -> str:
        fields, needed = self.body.get("properties", {}), self.body.get("required", ())
        kinds = {identifier(key): (python_type(one), key in needed) for key, one in fields.items()}
        keywords = [
            *(f"{key}: {kind}" for key, (kind, is_needed) in kinds.items() if is_needed),
            *(f"{key}: Unset | {kind} = UNSET" for key, (kind, told) in kinds.items() if not told),
            *(["body: Any"] if self.body and not fields else []),
            *(
                f"{key}: {python_type(p['schema'])} | None = None"
                for key, p in self._parameters("query").items()
            ),
            *(f"{key}: str | None = None" for key in self._parameters("header")),
        ]
        parts = self._parameters("path").items()
        places = ["self", *(f"{part}: {python_type(p['schema'])}" for part, p in parts)]
        return ", ".join([*places, *(["*", *keywords] if keywords else [])])

    def _given(self) -> dict[str, str]:
        """Keyword of `_send` → source text."""
        fields = list(self.body.get("properties", {}))
        pairs = {
            "parts": {p["name"]: key for key, p in self._parameters("path").items()},
            "query": {p["name"]: key for key, p in self._parameters("query").items()},
            "headers": {p["name"]: key for key, p in self._parameters("header").items()},
            "body": {key: identifier(key) for key in fields},
        }
        shown = {
            keyword: "{" + ", ".join(f'"{name}": {key}' for name, key in found.items()) + "}"
            for keyword, found in pairs.items()
            if found
        }
        return shown | ({"body": "body"} if self.body and not fields else {})

    def source(self) -> str:
        """The method, and for a list another one that goes through its pages."""
        given = self._given()
        told = "".join(f", {keyword}={text}" for keyword, text in given.items())
        call = f'self._send("{self.verb}", "{self.path}"{told})'
        last = call if self.answer == "None" else f"found: {self.answer} = {call}\n    return found"
        doc = docstring(self.said, self.name)
        text = f"def {self.name}({self._takes()}) -> {self.answer}:\n    {doc}\n    {last}\n"
        if "cursor" not in self._parameters("query"):
            return text
        row = self.answer.removeprefix("Page[").removesuffix("]")
        each = "each" if self.name == "list" else f"each_{self.name}"
        parts = f", parts={given['parts']}" if "parts" in given else ""
        return (
            f"{text}\ndef {each}({self._takes()}) -> Iterator[{row}]:\n"
            f'    """The rows of all pages: {doc[3:-3][0].lower()}{doc[4:-3]}"""\n'
            f'    return self._each("{self.path}"{parts}, query={given["query"]})\n'
        )


def operations(document: Schema) -> Iterator[Operation]:
    """All that have an id `noun.verb`."""
    for path, item in document["paths"].items():
        for verb, said in item.items():
            if "operationId" in said:
                place = path.removeprefix("/api/v1")
                yield Operation(path=place, verb=verb.upper(), said=said, document=document)


def resource(noun: str, found: list[Operation]) -> str:
    """One module with one class."""
    words = noun.replace("_", " ")
    lines = [
        _HEAD.format(text=f"{words.capitalize()}."),
        "from collections.abc import Iterator, Mapping, Sequence",
        "from typing import Any",
        "from livery_client import shapes",
        "from livery_client.page import Page",
        "from livery_client.resource import Resource",
        "from livery_client.unset import UNSET, Unset",
        f"class {class_name(noun)}(Resource):",
        f'    """{words.capitalize()}."""',
        *(textwrap.indent(one.source(), "    ") for one in found),
    ]
    return "\n".join(lines)


def class_name(noun: str) -> str:
    """`api_keys` → `ApiKeys`."""
    return "".join(part.capitalize() for part in noun.split("_"))


def index(nouns: list[str]) -> str:
    """The package's own module."""
    return "\n".join(
        [
            _HEAD.format(text="Every resource of the API."),
            *(f"from livery_client.resources.{noun} import {class_name(noun)}" for noun in nouns),
            "from livery_client.transport import Transport",
            "class Resources:",
            '    """One attribute for each resource."""',
            "    def __init__(self, transport: Transport) -> None:",
            *(f"        self.{noun} = {class_name(noun)}(transport)" for noun in nouns),
        ]
    )


def write(folder: Path, document: Schema) -> None:
    """Write all of it below FOLDER."""
    target = folder / "resources"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    nouns: dict[str, list[Operation]] = defaultdict(list)
    for one in operations(document):
        nouns[identifier(str(one.said["operationId"]).partition(".")[0])].append(one)
    texts = {folder / "shapes.py": shapes(document), target / "__init__.py": index(sorted(nouns))}
    texts |= {target / f"{noun}.py": resource(noun, found) for noun, found in nouns.items()}
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    _tidy([str(target), str(folder / "shapes.py")])


def _tidy(places: list[str]) -> None:
    ruff = [str(Path(sys.executable).parent / "ruff")]
    settings = ["--config", str(ROOT / "pyproject.toml"), *places]
    subprocess.run(
        [*ruff, "check", "-q", "--fix-only", "--select", "I,F401", *settings], check=True
    )
    subprocess.run([*ruff, "format", "-q", *settings], check=True)


def write_package() -> None:
    """Write the package's own, from the document as it is committed."""
    write(HERE / "livery_client", json.loads(DOCUMENT.read_text(encoding="utf-8")))


if __name__ == "__main__":
    write_package()
