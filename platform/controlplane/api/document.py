"""The OpenAPI documents of `/api/v1`, the resellers' and the operator's: of the code, and as committed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator

from controlplane.api import guide

_FOLDER: Path = settings.BASE_DIR / "docs" / "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """An API with a document of its own: the module of its paths, and where the document is committed."""

    urls: str
    committed: Path
    title: str
    description: str
    keys: str

    @property
    def info(self) -> Mapping[str, str]:
        """What the document says of itself."""
        return {"title": self.title, "version": "1", "description": self.description}


#: Every reseller's programs read it: it names neither the platform nor a brand.
RESELLERS = Api(
    urls="controlplane.api.urls",
    committed=_FOLDER / "openapi.json",
    title="Mail hosting API",
    description=guide.RESELLERS,
    keys="A key made in the portal.",
)
OPERATOR = Api(
    urls="controlplane.operator_api.urls",
    committed=_FOLDER / "operator-openapi.json",
    title="Operator API",
    description=guide.OPERATOR,
    keys="A key of the operator's.",
)
APIS = (RESELLERS, OPERATOR)


@cache
def document(api: Api = RESELLERS) -> dict[str, Any]:
    """What the code says of itself; raises Undescribed for an endpoint that says nothing."""
    patterns = [path("api/v1/", include(api.urls))]
    found: dict[str, Any] = SchemaGenerator(patterns=patterns).get_schema(public=True)
    found["info"] = dict(api.info)
    found["servers"] = [{"url": "/"}]
    key = {"type": "http", "scheme": "bearer", "description": api.keys}
    found["components"]["securitySchemes"] = {"key": key}
    return found


def written(of: dict[str, Any]) -> str:
    """A document as it is committed and served."""
    return json.dumps(of, indent=1, ensure_ascii=False) + "\n"
