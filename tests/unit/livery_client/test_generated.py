"""The client is what the document says: it was written again, and nothing differs."""

import json
import runpy
from pathlib import Path

import livery_client

HERE = Path(livery_client.__file__).parent
GENERATE = runpy.run_path(str(HERE.parent / "generate.py"))
DOCUMENT = json.loads(GENERATE["DOCUMENT"].read_text(encoding="utf-8"))


def _texts(folder: Path) -> dict[str, str]:
    found = [folder / "shapes.py", *(folder / "resources").glob("*.py")]
    return {path.name: path.read_text(encoding="utf-8") for path in found}


def test_resources_and_shapes_are_those_of_the_document(tmp_path):
    GENERATE["write"](tmp_path, DOCUMENT)
    assert _texts(tmp_path) == _texts(HERE), "run `manage.py openapi`"


def test_every_operation_is_a_method():
    with livery_client.Client("acme.test", "lvk_k") as portal:
        for path in DOCUMENT["paths"].values():
            for said in path.values():
                noun, _, verb = said["operationId"].partition(".")
                assert callable(getattr(getattr(portal, noun), verb))
