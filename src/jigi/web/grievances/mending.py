"""What is mended on the page of a complaint: households and payments concerned, the commune, how to answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.geography.queries import version_in_use
from jigi.grievances import corrections, queries
from jigi.grievances.models import Case
from jigi.payments import queries as payments
from jigi.payments.models import Instruction
from jigi.registry import queries as registry
from jigi.registry.models import Household
from jigi.registry.rsu import digits_of
from jigi.web.grievances.sight import seen_case
from jigi.web.reader import number_in, user_of
from jigi.web.submissions import carry_out

SHOWN_ORDERS = 12


def orders_of(households: list[int], user: User) -> list[Instruction]:
    """The latest orders of some households, in the rounds that this person sees."""
    rounds = payments.visible_to(user).order_by().values("pk")
    found = Instruction.objects.filter(household__in=households, payment_round__in=rounds)
    return list(found.select_related("payment_round", "household").order_by("-origin_round_id", "-id")[:SHOWN_ORDERS])


@require_POST
def concern(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a household by its number, or one of the orders that the page offers."""
    user, one = user_of(request), seen_case(request, pk)

    def made() -> str:
        if typed := request.POST.get("ordre", ""):
            named = list(one.concerned.values_list("household", flat=True))
            order = next((order for order in orders_of(named, user) if order.reference == typed), None)
            if order is None:
                raise Refused("Cet ordre n’est pas d’un ménage de la plainte", remedy="Ajoutez d’abord ce ménage.")
            corrections.concern(one, order.household, by=user, orders=[order])
            return "Le paiement est ajouté à la plainte."
        home = _household(request.POST.get("menage", ""), user)
        corrections.concern(one, home, by=user, complains=request.POST.get("plaignant") == "oui")
        return "Le ménage est ajouté à la plainte."

    carry_out(request, made)
    return redirect("grievance", pk)


@require_POST
def leave_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Take off a household that was named by mistake."""
    user, one = user_of(request), seen_case(request, pk)

    def made() -> str:
        home = Household.objects.filter(pk=number_in(request.POST.get("menage", ""))).first()
        if home is None:
            raise Refused("Choisissez le ménage à ôter", remedy="Il est dans la liste de la plainte.")
        corrections.leave_out(one, home, request.POST.get("texte", ""), by=user)
        return "Le ménage n’est plus de la plainte."

    carry_out(request, made)
    return redirect("grievance", pk)


@require_POST
def amend(request: HttpRequest, pk: int) -> HttpResponse:
    """Another commune, name, telephone or language; who gives a case away may not see it any more."""
    user, one = user_of(request), seen_case(request, pk)

    def made() -> str:
        typed = request.POST
        corrections.amend(
            one, by=user, commune=_commune(typed.get("commune", ""), one), name=typed.get("nom"),
            phone=typed.get("telephone"), language=typed.get("langue", ""),
        )  # fmt: skip
        return "La plainte est corrigée."

    carry_out(request, made)
    still = queries.one_visible_to(user).filter(pk=pk).exists()
    return redirect("grievance", pk) if still else redirect("grievances")


def _household(typed: str, user: User) -> Household:
    digits = digits_of(typed)
    found = registry.visible_to(user).filter(registry.numbered(digits)).first() if digits else None
    if found is None:
        raise Refused("Aucun ménage de vos communes n’a ce numéro", remedy="Relisez-le sur sa carte.")
    return found


def _commune(typed: str, one: Case) -> Area | None:
    """Any commune of the country, by its name; of two that bear it, that of the cercle named after a comma."""
    name, _, cercle = (part.strip() for part in typed.partition(","))
    if not name or (one.commune and one.commune.name.casefold() == name.casefold() and not cercle):
        return None
    found = Area.objects.filter(version=version_in_use(), level="commune", name__iexact=name)
    if cercle:
        found = found.filter(parent__name__iexact=cercle)
    same = list(found[:2])
    if len(same) != 1:
        raise Refused(
            f"Plusieurs communes se nomment « {name} »" if same else f"La commune « {name} » n’est pas connue",
            remedy="Écrivez la commune, une virgule, le cercle." if same else "Relisez son nom.",
        )
    return same[0]
