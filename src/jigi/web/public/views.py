"""The page that everybody may read."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from jigi.web.export import csv_response
from jigi.web.public.figures import commune_rows, public_figures

HEADERS = ("Code", "Commune", "Cercle", "Région", "Ménages inscrits", "Ménages payés", "Versé (FCFA)")


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    """The programme in figures; says so when there are none yet."""
    return render(request, "public/home.html", {"public": public_figures()})


@login_not_required
def figures_file(request: HttpRequest) -> HttpResponseBase:
    """The figures by commune as a file."""
    return csv_response("jigi-communes", HEADERS, commune_rows(), pool="public")
