"""/seances/planifier/ and /seances/modules/: sessions planned by village, and the themes of which they are made."""

from __future__ import annotations

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from jigi.delivery.contracts.models import Contract
from jigi.delivery.sessions import actions, queries
from jigi.delivery.sessions.models import SessionModule
from jigi.delivery.sessions.themes_file import materials
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.geography.models import Area
from jigi.web.formats import counted
from jigi.web.reader import number_in, user_of
from jigi.web.sessions.sight import day_in, follower
from jigi.web.submissions import carry_out


def planning(request: HttpRequest) -> HttpResponse:
    """The form: a contract, then its villages and modules, the first day and the pace; posting it plans."""
    user = user_of(request)
    if not can(user, "delivery.plan"):
        raise Http404
    contracts = list(queries.contracts(user).filter(status="active"))
    chosen = number_in(request.POST.get("contrat") or request.GET.get("contrat", ""))
    contract = next((one for one in contracts if one.pk == chosen), None)
    if chosen and contract is None:
        raise Http404
    if request.method == "POST" and contract:
        carry_out(request, lambda: _planned(request, contract, user))
        return redirect("sessions")
    today = timezone.localdate()
    context = {
        "contracts": contracts, "contract": contract, "villages": _villages(contract) if contract else [],
        "modules": _modules() if contract else [],
        "first_day": max(today, contract.starts_on).isoformat() if contract else "",
    }  # fmt: skip
    return render(request, "sessions/plan.html", context)


def modules(request: HttpRequest) -> HttpResponse:
    """The themes, their modules, and how many sessions of each were held in what the person sees."""
    user = follower(request)
    found = SessionModule.objects.select_related("theme").order_by("retired", "theme__rank", "rank")
    counts = dict(
        queries.visible_to(user).filter(status__in=("held", "checked")).order_by().values_list("module")
        .annotate(found=Count("pk"))
    )  # fmt: skip
    rows = [(one, counts.get(one.pk, 0)) for one in found]
    return render(request, "sessions/modules.html", {"rows": rows, "materials": materials().values()})


def _planned(request: HttpRequest, contract: Contract, user: User) -> str:
    asked = {number_in(one) for one in request.POST.getlist("village")}
    villages = [one for one in _villages(contract) if one.pk in asked]
    wanted = {number_in(one) for one in request.POST.getlist("module")}
    made = actions.plan(
        contract, villages, [one for one in _modules() if one.pk in wanted],
        first_on=day_in(request.POST.get("du", "")), every_days=number_in(request.POST.get("jours", "")) or 14,
        per_day=number_in(request.POST.get("parjour", "")) or 4, by=user,
    )  # fmt: skip
    return f"{counted(made.sessions.count(), 'séance prévue', 'séances prévues')} : imprimez les feuilles de présence."


def _villages(contract: Contract) -> list[Area]:
    found = Area.objects.filter(parent__in=contract.communes.values("commune"), level=Area.Level.VILLAGE)
    return list(found.select_related("parent").order_by("parent__name", "name"))


def _modules() -> list[SessionModule]:
    return list(SessionModule.objects.filter(retired=False).select_related("theme").order_by("theme__rank", "rank"))
