"""The acts that complaints ask: the list for who may do them, asking one, doing, refusing, withdrawing, lifting it."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from jigi.enrolment.models import Enrolment
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.grievances import acts as doing
from jigi.grievances import queries
from jigi.grievances.models import Act
from jigi.programmes.models import Component
from jigi.registry.models import Household
from jigi.web.grievances.listing import ACTS
from jigi.web.grievances.sight import seen_case
from jigi.web.reader import number_in, rights_of, user_of
from jigi.web.submissions import carry_out


def acts(request: HttpRequest) -> HttpResponseBase:
    """What complaints ask of the person's places."""
    user = _person(request)
    rows = queries.acts_visible_to(user).select_related("household", "commune", "asked_by", "done_by")
    mine = [one for one in doing.waiting_for(user, rights_of(request)) if doing.may_carry_out(user, one)]
    blocks = rows.filter(kind="block", status="done", lifted_at__isnull=True)
    lifts = list(blocks.order_by("pk")[:50]) if can(user, doing.RIGHTS["block"]) else []
    return ACTS.respond(request, rows, "grievances/acts.html", {"mine": mine, "lifts": lifts})


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask an act of a case."""
    user, one = user_of(request), seen_case(request, pk)

    def made() -> str:
        household = Household.objects.filter(pk=number_in(request.POST.get("menage", ""))).first()
        component = Component.objects.filter(pk=number_in(request.POST.get("composante", ""))).first()
        payment = one.payments.filter(pk=number_in(request.POST.get("paiement", ""))).first()
        kind, why = request.POST.get("acte", ""), request.POST.get("motif", "")
        doing.ask(one, kind, why, by=user, household=household, component=component, payment=payment)
        return "L’acte est demandé : une autre personne le fait."

    carry_out(request, made)
    return redirect("grievance", pk)


@require_POST
def do(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do, refuse, withdraw or lift."""
    user = _person(request)
    seen = queries.acts_visible_to(user).values("pk")
    own = queries.one_visible_to(user).values("pk")
    one = get_object_or_404(Act.objects.filter(Q(pk__in=seen) | Q(case__in=own)), pk=pk)
    if verb not in VERBS:
        raise Http404
    carry_out(request, lambda: VERBS[verb](one, request.POST.get("texte", ""), user))
    return redirect("grievance_acts") if request.POST.get("retour") == "actes" else redirect("grievance", one.case_id)


def _do(one: Act, text: str, by: User) -> str:
    done = doing.carry_out(one, by=by, result=text)
    if done.made_round:
        held = Enrolment.objects.filter(
            household=done.household_id, component=done.made_round.component_id, status="suspended"
        )
        first = " Ce ménage est suspendu : levez d’abord ce qui le bloque." if held.exists() else ""
        return f"Le paiement est à réémettre : préparez le tour « {done.made_round.label} ».{first}"
    return "C’est fait, et noté sur la plainte."


def _refuse(one: Act, text: str, by: User) -> str:
    doing.refuse(one, text, by=by)
    return "L’acte est refusé, avec votre motif."


def _withdraw(one: Act, text: str, by: User) -> str:
    doing.withdraw(one, by=by)
    return "L’acte est retiré."


def _lift(one: Act, text: str, by: User) -> str:
    doing.lift(one, text, by=by)
    return "Le blocage est levé."


VERBS: dict[str, Callable[[Act, str, User], str]] = {
    "faire": _do, "refuser": _refuse, "retirer": _withdraw, "lever": _lift,
}  # fmt: skip


def _person(request: HttpRequest) -> User:
    """Whoever may do one of the acts somewhere."""
    user = user_of(request)
    if not any(can(user, right) for right in {*doing.RIGHTS.values()}):
        raise Http404
    return user
