"""/paiements/<n>/lignes/<ordre>/reemettre/: one named payment issued again, with a reason and three hands."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from jigi.foundation import audit
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.payments import queries, reissues
from jigi.payments.models import Instruction
from jigi.payments.states import ROUND
from jigi.web.complaints import about
from jigi.web.payments.sight import person, seen_round
from jigi.web.submissions import carry_out


def reissue(request: HttpRequest, pk: int, order: int) -> HttpResponse:
    """What one order left owed, and the form that asks for another; posted, it opens the round that pays it."""
    user, line = person(request), _seen(request, pk, order)
    if request.method == "POST":
        return _asked(request, line, user)
    audit.read("see", ROUND.noun, pk, by=user, subjects=[line.household_id])
    context = {"line": line, "round": line.payment_round, "why_not": reissues.why_not(line, user)}
    context["complaints"] = about(line, user)
    return render(request, "payments/reissue.html", context)


def _asked(request: HttpRequest, line: Instruction, user: User) -> HttpResponse:
    made: list[int] = []

    def act() -> str:
        made.append(reissues.ask(line, by=user, reason=request.POST.get("motif", "")).pk)
        return "Le tour de réémission est ouvert : préparez et gelez sa liste ; une autre personne l’approuve."

    carry_out(request, act)
    return redirect("payment_round", made[0]) if made else redirect("round_lines", line.payment_round_id)


def _seen(request: HttpRequest, pk: int, order: int) -> Instruction:
    shown, user = seen_round(request, pk), person(request)
    if not can(user, "payments.prepare", programme=shown.component.programme.code):
        raise Http404
    found = queries.instructions_visible_to(user, shown).filter(id=order)
    line = found.select_related("component__programme", "origin_round", "payment_round", "commune", "recipient").first()
    if line is None:
        raise Http404
    return line
