"""/resultats/chiffres/: the figures that files gave of earlier years, and the withdrawal of a wrong one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from jigi.results import actions, queries
from jigi.results.framework import framework
from jigi.results.models import Figure
from jigi.results.report import written
from jigi.web.reader import number_in
from jigi.web.results.sight import may, reader
from jigi.web.results.told import part_of
from jigi.web.submissions import carry_out

MOST_SHOWN = 300


def listed(request: HttpRequest) -> HttpResponse:
    user, year = reader(request), number_in(request.GET.get("annee", ""))
    found = list(queries.figures_visible_to(user, year)[: MOST_SHOWN + 1])
    names = queries.agreement_names({one.agreement for one in found} - {""})
    context = {
        "lines": [(one, part_of(one, names), _text(one)) for one in found[:MOST_SHOWN]], "may": may(user), "year": year,
        "more": len(found) > MOST_SHOWN, "years": queries.loaded_years(),
    }  # fmt: skip
    return render(request, "results/figures.html", context)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    figure = get_object_or_404(queries.figures_visible_to(user), pk=pk)

    def act() -> str:
        actions.withdraw(figure, request.POST.get("motif", ""), by=user)
        return "Chiffre retiré : les instantanés suivants le laissent."

    carry_out(request, act)
    return redirect("results_figures")


def _text(one: Figure) -> str:
    known = framework().indicators.get(one.indicator)
    return written(known, one.value) if known else str(one.numerator)
