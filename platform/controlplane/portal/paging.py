"""Long lists in pages."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

PER_PAGE = 50


def page_of(request: HttpRequest, rows: Any) -> Page[Any]:
    """The page that `?page=` asks for; the nearest one when there is no such page."""
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
