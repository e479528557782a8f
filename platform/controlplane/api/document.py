"""The OpenAPI document of `/api/v1`: of the code, and as it is committed."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator

COMMITTED: Path = settings.BASE_DIR / "docs" / "api" / "openapi.json"
#: Every reseller's programs read it: it names neither the platform nor a brand.
_INFO = {
    "title": "Mail hosting API",
    "version": "1",
    "description": "Organisations, domains, mailboxes, mail and what it costs. "
    "Within version 1 things are only added.",
}
_BEARER = {"type": "http", "scheme": "bearer", "description": "A key made in the portal."}


@cache
def document() -> dict[str, Any]:
    """What the code says of itself; raises Undescribed for an endpoint that says nothing."""
    patterns = [path("api/v1/", include("controlplane.api.urls"))]
    found: dict[str, Any] = SchemaGenerator(patterns=patterns).get_schema(public=True)
    found["info"] = _INFO
    found["servers"] = [{"url": "/"}]
    found["components"]["securitySchemes"] = {"key": _BEARER}
    return found


def written(of: dict[str, Any]) -> str:
    """A document as it is committed and served."""
    return json.dumps(of, indent=1, ensure_ascii=False) + "\n"
