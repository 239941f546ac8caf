"""/chantiers/nouveau/, corriger/ and examen/: what a commune proposes, and its environmental and social screening."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from jigi.delivery.contracts.access import may_operate
from jigi.delivery.contracts.models import Contract
from jigi.delivery.contracts.queries import contracts_of
from jigi.delivery.works import actions
from jigi.delivery.works.actions import Plan
from jigi.delivery.works.manual import manual
from jigi.delivery.works.models import Worksite
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.web.reader import number_in
from jigi.web.submissions import carry_out
from jigi.web.works.sight import day_in, person, seen_worksite, whole

_POINT = re.compile(r"\s*(-?\d{1,3}[.,]\d+)\s*[;,\s]\s*(-?\d{1,3}[.,]\d+)\s*")


def contracts_to_propose(user: User) -> list[Contract]:
    """The works contracts in force under which a person may propose."""
    return [one for one in contracts_of(user, "works").filter(status="active") if may_operate(user, one)]


def new(request: HttpRequest) -> HttpResponse:
    """Propose a worksite in a village of a contract."""
    user = person(request)
    contracts = contracts_to_propose(user)
    contract = next((one for one in contracts if str(one.pk) == request.GET.get("contrat", "")), None)
    if contract is None and len(contracts) == 1:
        contract = contracts[0]
    if request.method == "POST":
        if contract is None:
            raise Refused("De quel contrat est ce chantier ?", remedy="Choisissez un de vos contrats de travaux.")
        made: list[Worksite] = []
        under = contract

        def act() -> str:
            village = get_object_or_404(
                Area.objects.select_related("parent"), pk=number_in(request.POST.get("village", "")), level="village"
            )
            made.append(actions.propose(under, village, _plan(request), by=user))
            return f"Le chantier {made[0].code} est proposé : un contrôleur l’examine."

        carry_out(request, act)
        return redirect("worksite", made[0].pk) if made else redirect("worksites")
    villages = (
        Area.objects.filter(level="village", parent__in=contract.communes.values("commune")).select_related("parent")
        if contract
        else []
    )
    context = {"contracts": contracts, "contract": contract, "villages": villages, **_choices(None)}
    return render(request, "works/plan.html", context)


def amend(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what was proposed."""
    shown, user = seen_worksite(request, pk), person(request)
    if request.method == "POST":

        def act() -> str:
            actions.amend(shown, _plan(request), by=user)
            return "La proposition est corrigée."

        carry_out(request, act)
        return redirect("worksite", pk)
    return render(request, "works/plan.html", {"site": shown, **_choices(shown)})


def screening(request: HttpRequest, pk: int) -> HttpResponse:
    """The environmental and social screening: answers, and the mitigation of each risk."""
    shown, user = seen_worksite(request, pk), person(request)
    if request.method == "POST":
        found = manual()
        yes = [code for code in (*found.forbidden, *found.risks) if request.POST.get(f"q-{code}") == "oui"]
        unsaid = [code for code in (*found.forbidden, *found.risks) if f"q-{code}" not in request.POST]

        def act() -> str:
            if unsaid:
                raise Refused("Une question est sans réponse", remedy="Répondez oui ou non à chacune.")
            mitigations = {code: request.POST.get(f"m-{code}", "") for code in found.risks}
            passes = actions.screen(shown, yes, mitigations, by=user)
            return "Le chantier est retenu : un décideur l’approuve." if passes else "Le chantier est écarté."

        carry_out(request, act)
        return redirect("worksite", pk)
    return render(request, "works/screening.html", {"site": shown, "manual": manual()})


def _choices(shown: Worksite | None) -> dict[str, Any]:
    kept = shown.track if shown else []
    return {
        "manual": manual(),
        "kinds": [(code, one.label) for code, one in manual().kinds.items()],
        "track": "\n".join(f"{lat} {lon}" for lat, lon in zip(kept[::2], kept[1::2], strict=True)),
        "cap_days": (shown.cap_half_days if shown else manual().terms["cap_half_days"]) // 2,
    }


def _plan(request: HttpRequest) -> Plan:
    said = request.POST
    return Plan(
        title=said.get("intitule", "").strip()[:120], kind=said.get("nature", ""),
        plan_reference=said.get("pdsec", "").strip()[:160], technical_note=said.get("dossier", "").strip()[:4000],
        quantity=whole(request, "quantite", "Quantité", 2_000_000_000), starts_on=day_in(request, "du"),
        ends_on=day_in(request, "au"), places=whole(request, "places", "Places", 5_000),
        women_percent=whole(request, "femmes", "Part des femmes", 100),
        day_rate_xof=whole(request, "jour", "Salaire d’un jour", 100_000),
        task_rate_xof=whole(request, "tache", "Salaire d’une tâche", 100_000),
        cap_half_days=2 * whole(request, "plafond", "Plafond de jours", 366),
        wages_xof=whole(request, "salaires", "Salaires"), tools_xof=whole(request, "outillage", "Outillage"),
        supervision_xof=whole(request, "encadrement", "Encadrement"),
        double_entry=said.get("double") == "oui", track=_track(said.get("trace", "")),
    )  # fmt: skip


def _track(text: str) -> tuple[float, ...]:
    """A latitude and a longitude a line."""
    found: list[float] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        match = _POINT.fullmatch(line)
        if match is None:
            raise Refused(
                f"Point ou ligne : la ligne {number} ne se lit pas", why=f"« {line[:40]} »",
                remedy="Écrivez une latitude et une longitude, comme « 13.05 -9.49 ».",
            )  # fmt: skip
        found += [float(match[n].replace(",", ".")) for n in (1, 2)]
    return tuple(found)
