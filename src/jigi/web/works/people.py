"""/chantiers/<n>/candidats/ and equipes/: who asks for work, who works, who leaves and who comes."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jigi.delivery.contracts.access import may, may_operate
from jigi.delivery.works import hiring, queries
from jigi.delivery.works.hiring import Asked
from jigi.delivery.works.manual import manual
from jigi.delivery.works.models import WorkApplication, WorkDraw, Worker
from jigi.foundation.errors import Refused
from jigi.web.reader import number_in
from jigi.web.submissions import carry_out
from jigi.web.works.sight import day_in, person, seen_worksite


def applications(request: HttpRequest, pk: int) -> HttpResponse:
    """The applicants, in the order of the draw once it is made; posting one writes it down."""
    shown, user = seen_worksite(request, pk), person(request)
    rsu = "".join(one for one in request.GET.get("rsu", "") if one.isdigit())[:12]
    adults = queries.adults_of(shown, rsu, by=user) if rsu and may_operate(user, shown.contract, shown.commune) else []
    if request.method == "POST":
        carry_out(request, lambda: _applied(request, pk))
        return redirect("work_applications", pk)
    context = {
        "site": shown, "rows": queries.applications_of(shown, by=user), "rsu": request.GET.get("rsu", "")[:20],
        "adults": adults, "criteria": manual().criteria.items(), "open": shown.status == "approved",
        "operates": may_operate(user, shown.contract, shown.commune),
        "draw": WorkDraw.objects.filter(worksite=shown).first(),
    }  # fmt: skip
    return render(request, "works/applications.html", context)


@require_POST
def withdraw(request: HttpRequest, pk: int, application: int) -> HttpResponse:
    """Take an application back."""
    shown, user = seen_worksite(request, pk), person(request)
    found = get_object_or_404(WorkApplication.objects.filter(worksite=shown), pk=application)

    def act() -> str:
        hiring.withdraw(found, reason=request.POST.get("motif", ""), by=user)
        return "La candidature est retirée."

    carry_out(request, act)
    return redirect("work_applications", pk)


def workers(request: HttpRequest, pk: int) -> HttpResponse:
    """The crews of a worksite, who left, who came, and how near each is to the cap."""
    shown, user = seen_worksite(request, pk), person(request)
    rows = [
        {**one, "days_paid": f"{one['half_days'] / 2:g}".replace(".", ","), "cap": shown.cap_half_days // 2}
        for one in queries.workers_of(shown, by=user)
    ]
    context = {
        "site": shown, "rows": rows, "today": timezone.localdate().isoformat(),
        "operates": may_operate(user, shown.contract, shown.commune),
        "plans": may(user, "delivery.plan", shown.contract, [shown.commune]),
    }  # fmt: skip
    return render(request, "works/workers.html", context)


@require_POST
def worker_act(request: HttpRequest, pk: int, worker: int, verb: str) -> HttpResponse:
    """Let a worker go, replace them, or undo a departure."""
    shown, user = seen_worksite(request, pk), person(request)
    if verb not in ("partir", "remplacer", "revenir"):
        raise Http404
    found = get_object_or_404(Worker.objects.filter(worksite=shown), pk=worker)

    def act() -> str:
        if verb == "revenir":
            hiring.come_back(found, by=user)
            return "Le départ est défait."
        last_day, reason = day_in(request), request.POST.get("motif", "")
        if verb == "partir":
            hiring.leave(found, last_day=last_day, reason=reason, by=user)
            return "Le départ est noté."
        came = hiring.replace(found, last_day=last_day, reason=reason, by=user)
        return (
            f"Un suppléant prend la ligne {came.number}." if came else "Le départ est noté : aucun suppléant ne reste."
        )

    carry_out(request, act)
    return redirect("work_workers", pk)


def _applied(request: HttpRequest, pk: int) -> str:
    shown, user = seen_worksite(request, pk), person(request)
    chosen = number_in(request.POST.get("personne", ""))
    adults = queries.adults_of(shown, request.POST.get("menage", "")[:12], by=user)
    found = next((one for one in adults if one["person"] == chosen), None)
    if found is None:
        raise Refused("Quel adulte du ménage ?", remedy="Cherchez le ménage par son numéro RSU, puis choisissez.")
    criteria = tuple(code for code in manual().criteria if request.POST.get(f"c-{code}"))
    (made,) = hiring.apply(shown, [Asked(found["household"], chosen, criteria)], by=user)
    return f"La candidature porte le numéro {made.number}."
