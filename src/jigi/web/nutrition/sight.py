"""What a person sees of the package: what is not theirs does not exist for them."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_date

from jigi.delivery.contracts.access import CHECK, PLAN, may, operates
from jigi.delivery.contracts.models import Contract
from jigi.delivery.nutrition import care, queries
from jigi.delivery.nutrition.models import CensusEntry, Distribution, DistributionStop, Lot, StockAct
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.geography.models import Area
from jigi.web.reader import number_in, user_of

RIGHTS = ("delivery.see", "delivery.plan", "delivery.check", "delivery.decide", "delivery.operate")


def person(request: HttpRequest) -> User:
    """Who is signed in, when what is delivered is open to them somewhere; Http404 otherwise."""
    user = user_of(request)
    if not any(can(user, right) for right in RIGHTS):
        raise Http404
    return user


def seen_contract(request: HttpRequest, pk: int) -> Contract:
    """The contract of this number, when it is theirs to see; Http404 otherwise."""
    return get_object_or_404(queries.contracts(person(request)), pk=pk)


def seen_distribution(request: HttpRequest, pk: int) -> Distribution:
    """A distribution, in the same way."""
    return get_object_or_404(queries.distributions(person(request)), pk=pk)


def named_to(user: User, contract: Contract) -> set[int]:
    """The communes of a contract whose lists of names the person reads: its operator's people, who plans, who controls,
    and who reads what is said of health there.

    An adult on such a list is pregnant or breastfeeds: who only follows the contract reads its counts.
    """
    places = Area.objects.filter(pk__in=contract.communes.values("commune"))
    rights = (PLAN, CHECK, care.RIGHT)
    return {
        one.pk for one in places
        if operates(user, contract, one) or any(may(user, right, contract, [one]) for right in rights)
    }  # fmt: skip


def require_names(user: User, contract: Contract, commune: Area | None = None) -> set[int]:
    """The same; Refused to who reads none of them, or not those of this commune."""
    told = named_to(user, contract)
    if not told or (commune is not None and commune.pk not in told):
        raise Refused(
            "Ces noms ne sont pas de votre affectation",
            why="Qui figure sur ces listes dit la grossesse ou l’allaitement",
            remedy="L’opérateur, qui planifie et qui contrôle dans la commune les lisent.",
        )
    return told


def seen_stop(request: HttpRequest, pk: int) -> DistributionStop:
    """A village of a distribution, in the same way."""
    found = DistributionStop.objects.filter(distribution__in=queries.distributions(person(request)).order_by())
    related = ("distribution__contract__operator", "distribution__contract__component__programme", "village", "place")
    one = get_object_or_404(found.select_related("commune", *related), pk=pk)
    require_names(person(request), one.distribution.contract, one.commune)
    return one


def seen_entry(request: HttpRequest, pk: int) -> CensusEntry:
    """A person of the census, in the same way."""
    found = queries.census(person(request))
    related = ("contract__operator", "contract__component__programme", "commune", "village")
    one = get_object_or_404(found.select_related(*related), pk=pk)
    require_names(person(request), one.contract, one.commune)
    return one


def seen_lot(request: HttpRequest, pk: int) -> Lot:
    """A lot, in the same way."""
    return get_object_or_404(queries.lots(person(request)), pk=pk)


def seen_act(request: HttpRequest, pk: int) -> StockAct:
    """What happened to stock, in the same way."""
    return get_object_or_404(queries.acts(person(request)), pk=pk)


def villages_of(contract: Contract) -> list[Area]:
    """The villages of a contract's communes."""
    communes = contract.communes.values("commune")
    found = Area.objects.filter(parent__in=communes, level=Area.Level.VILLAGE).select_related("parent")
    return list(found.order_by("parent__name", "name"))


def village_in(contract: Contract, text: str) -> Area:
    """The village that a form names; Refused for none of the contract's."""
    asked = number_in(text)
    found = next((one for one in villages_of(contract) if one.pk == asked), None)
    if found is None:
        raise Refused("Quel village ?", remedy="Choisissez un des villages du contrat.")
    return found


def day_in(text: str) -> date | None:
    """The day that a form gives, if it gives one; Refused for what is none."""
    text = text.strip()[:10]
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None and text:
        raise Refused("Quel jour ?", remedy="Choisissez un jour du calendrier.")
    return found


def must_day(text: str) -> date:
    """The day that a form gives, which it must."""
    found = day_in(text)
    if found is None:
        raise Refused("Quel jour ?", remedy="Choisissez un jour du calendrier.")
    return found
