"""A contract of the package: its census, distributions, needs, what meets cash, cooking, screenings in figures."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jigi.delivery.contracts.access import may_operate
from jigi.delivery.nutrition import care, lists, queries
from jigi.delivery.nutrition.models import Distribution, RationScale
from jigi.foundation.errors import Refused
from jigi.web.nutrition.distributions import TONES
from jigi.web.nutrition.sight import must_day, person, seen_contract, village_in, villages_of
from jigi.web.nutrition.words import kg
from jigi.web.reader import number_in
from jigi.web.submissions import carry_out


def contract(request: HttpRequest, pk: int) -> HttpResponse:
    """One contract."""
    user, one = person(request), seen_contract(request, pk)
    scale = RationScale.objects.order_by("-valid_from", "-pk").first()
    last = one.distributions.exclude(status="cancelled").order_by("-number").first()
    months = last.months if last else 3
    day = min(max(timezone.localdate() + timedelta(30), one.starts_on), one.ends_on)
    needs = lists.forecast(one, scale, months=months, day=day) if scale else []
    counts = queries.census(user).filter(contract=one, left_on=None).values("category").annotate(n=Count("pk"))
    context = {
        "contract": one, "operates": may_operate(user, one), "scale": scale, "months": months, "day": day,
        "needs": [{**row, "weight": kg(row["grams"])} for row in needs],  # type: ignore[arg-type]
        "counted": {row["category"]: row["n"] for row in counts}, "overlap": queries.overlap(one),
        "distributions": [(made, TONES[made.status]) for made in one.distributions.order_by("-number")],
        "screened": care.figures(one), "villages": villages_of(one), "today": timezone.localdate().isoformat(),
        "cooking": one.cooking.filter(cancelled_by=None).select_related("village").order_by("-day", "-pk")[:20],
        "scales": RationScale.objects.order_by("-valid_from"),
    }  # fmt: skip
    return render(request, "nutrition/contract.html", context)


@require_POST
def prepare(request: HttpRequest, pk: int) -> HttpResponse:
    """Prepare the next distribution of a contract."""
    user, one = person(request), seen_contract(request, pk)
    made: list[Distribution] = []

    def act() -> str:
        scale = RationScale.objects.filter(pk=number_in(request.POST.get("bareme", ""))).first()
        if scale is None:
            raise Refused(
                "Quel barème ?", remedy="Choisissez un barème ; l’exploitant les charge (jigi nutrition load)."
            )
        made.append(lists.plan(one, scale, months=number_in(request.POST.get("mois", "")), by=user))
        return f"{made[0]} est préparée : placez maintenant ses villages."

    carry_out(request, act)
    return redirect("nutrition_distribution", made[0].pk) if made else redirect("nutrition_contract", pk)


@require_POST
def cook(request: HttpRequest, pk: int) -> HttpResponse:
    """Note a cooking demonstration."""
    user, one = person(request), seen_contract(request, pk)

    def act() -> str:
        said = request.POST
        care.cook(
            one, village_in(one, said.get("village", "")), day=must_day(said.get("jour", "")),
            recipe=said.get("recette", ""), facilitator=said.get("animatrice", ""),
            women=number_in(said.get("femmes", "")), men=number_in(said.get("hommes", "")), by=user,
        )  # fmt: skip
        return "La démonstration est notée."

    carry_out(request, act)
    return redirect("nutrition_contract", pk)


@require_POST
def uncook(request: HttpRequest, pk: int, held: int) -> HttpResponse:
    """Take back a demonstration."""
    user, one = person(request), seen_contract(request, pk)
    found = get_object_or_404(one.cooking.select_related("contract__operator", "commune"), pk=held)

    def act() -> str:
        care.uncook(found, reason=request.POST.get("motif", ""), by=user)
        return "La démonstration est annulée."

    carry_out(request, act)
    return redirect("nutrition_contract", pk)
