"""The public pages: the same bytes for everybody, with what tells a browser that it has them already."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from jigi.web.portal.pages import Missing, Page, written

KEPT = "public, max-age=300"


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    """What the programme is."""
    return answer(request, written("home"))


@login_not_required
def page(request: HttpRequest, name: str) -> HttpResponse:
    """One of the pages without a place."""
    return answer(request, written(name))


@login_not_required
def place(request: HttpRequest, code: str) -> HttpResponse:
    """A region or a commune."""
    try:
        return answer(request, written("place", code))
    except Missing:
        raise Http404("Ce lieu n’est pas dans l’édition") from None


def answer(request: HttpRequest, page: Page, content_type: str = "text/html; charset=utf-8") -> HttpResponse:
    if page.etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
    else:
        takes = "gzip" in request.headers.get("Accept-Encoding", "")
        response = HttpResponse(page.packed if takes else page.plain, content_type=content_type)
        if takes:
            response["Content-Encoding"] = "gzip"
    response["ETag"], response["Cache-Control"] = page.etag, KEPT
    patch_vary_headers(response, ("Accept-Encoding",))
    return response
