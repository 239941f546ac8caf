"""/paiements/rendre/: what is owed to households that have left goes back to its agreements."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from jigi.foundation.models import User
from jigi.foundation.money import format_xof
from jigi.geography.access import can
from jigi.payments import actions, losses, queries
from jigi.programmes.models import Component
from jigi.web.account.step_up import require_proof
from jigi.web.formats import counted
from jigi.web.payments.sight import person
from jigi.web.submissions import carry_out


def refund(request: HttpRequest, pk: int) -> HttpResponse:
    """What would be given back, agreement by agreement; posted, it is, with a reason."""
    user = person(request)
    component = _seen(user, pk)
    if request.method == "POST":
        require_proof(request)
        carry_out(request, lambda: _give_back(request, component))
        return redirect("payment_refund", pk)
    lines = queries.refundable(component)
    context = {
        "component": component,
        "lines": lines,
        "rights_back": sum(line.rights for line in lines),
        "amount_xof": sum(line.amount_xof for line in lines),
        "why_not": actions.why_no_refund(component, user),
        "decision": losses.waiting(component),
        "decides": can(user, "payments.approve", programme=component.programme.code),
    }
    return render(request, "payments/refund.html", context)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide that the rights of the page are lost: another person gives the money back."""
    user = person(request)
    component = _seen(user, pk)
    require_proof(request)

    def act() -> str:
        losses.decide(component, by=user, reason=request.POST.get("motif", ""))
        return "La décision est écrite : une autre personne rend l’argent aux conventions."

    carry_out(request, act)
    return redirect("payment_refund", pk)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up the decision of the page: the rights stay owed, and may be decided anew."""
    user = person(request)
    component = _seen(user, pk)
    require_proof(request)

    def act() -> str:
        losses.withdraw(component, by=user, reason=request.POST.get("motif", ""))
        return "La décision est retirée : les droits restent dus."

    carry_out(request, act)
    return redirect("payment_refund", pk)


def _seen(user: User, pk: int) -> Component:
    component = Component.objects.select_related("programme").filter(pk=pk).first()
    rights = ("payments.close", "payments.approve")
    if component is None or not any(can(user, right, programme=component.programme.code) for right in rights):
        raise Http404
    return component


def _give_back(request: HttpRequest, component: Component) -> str:
    amount_xof = sum(line.amount_xof for line in queries.refundable(component))
    reason = request.POST.get("motif", "")
    count = actions.return_to_funds(component, by=person(request), reason=reason)
    if not count:
        return "Il n’y avait rien à rendre : rien n’a changé."
    return f"{counted(count, 'droit rendu', 'droits rendus')} aux conventions : {format_xof(amount_xof)}."
