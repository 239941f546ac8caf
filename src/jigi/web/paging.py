"""Pages by their number, of lists short enough to be counted whole at each; long ones follow keys (listing.py)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PAGE_ROWS = 50


def numbered_page(request: HttpRequest, rows: Sequence[Any] | QuerySet[Any], size: int = PAGE_ROWS) -> Page:
    """The rows of the page that is asked for; all of them on paper."""
    whole = "imprimer" in request.GET
    return Paginator(rows, max(len(rows), 1) if whole else size).get_page(request.GET.get("page"))
