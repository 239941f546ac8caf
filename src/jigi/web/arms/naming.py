"""Lines of agencies' lists without a number: one after the other, a person says which household each names."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jigi.response import arm_names, arms
from jigi.response.models import Arm
from jigi.web.arms.sight import may, person, seen_arm
from jigi.web.households.listing import page_of
from jigi.web.reader import number_in, rights_of
from jigi.web.submissions import carry_out


def shown(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """The next line to tell apart (`?apres=` skips those before), with the households that it may name."""
    user, one = person(request), _open(request, number, pk)
    line = arm_names.waiting(one, after=number_in(request.GET.get("apres", "")))
    found = arm_names.suggestions(line, by=user) if line else []
    context = {
        "response": one.activation, "one": one, "line": line, "left": one.agency_lines.filter(status="waiting").count(),
        "found": [(each, page_of(each.household)) for each in found],
    }  # fmt: skip
    return render(request, "arms/names.html", context)


@require_POST
def decide(request: HttpRequest, number: int, pk: int, line: int) -> HttpResponse:
    """Say which household a line names (`menage`), or that it is none."""
    user, one = person(request), _open(request, number, pk)
    told = one.agency_lines.filter(pk=line).select_related("arm__activation", "arm__component", "batch__scheme").first()
    if told is None:
        raise Http404

    def do() -> str:
        chosen = number_in(request.POST.get("menage", ""))
        if not chosen:
            arm_names.nobody(told, by=user)
            return "La ligne est à enquêter."
        added = arm_names.choose(told, chosen, by=user)
        return "Le ménage entre dans la liste." if added else "Ce ménage y était déjà : il n’entre qu’une fois."

    carry_out(request, do)
    return redirect(reverse("response_arm_names", args=[number, pk]))


def _open(request: HttpRequest, number: int, pk: int) -> Arm:
    one = seen_arm(request, number, pk)
    open_ = one.kind == Arm.Kind.LISTING and one.status in ("planned", "listed")
    if not open_ or "registry.see" not in rights_of(request):
        raise Http404
    if not may(person(request), arms.PREPARE, one.activation, one.component):
        raise Http404
    return one
