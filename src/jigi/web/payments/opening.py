"""/paiements/nouveau/: opening a round, in three choices on one page: what, when, where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import can, communes_with
from jigi.geography.models import Area
from jigi.payments import actions
from jigi.payments.models import PaymentRound, RoundCommune
from jigi.programmes.models import Component
from jigi.web.formats import counted
from jigi.web.payments.sight import person_with
from jigi.web.submissions import carry_out


@dataclass(frozen=True)
class Choice:
    """A commune that may be chosen, or the round of this term that it is in already."""

    area: Area
    taken_by: PaymentRound | None


@dataclass(frozen=True)
class Cercle:
    """The communes of one cercle."""

    name: str
    choices: list[Choice]


def opening(request: HttpRequest) -> HttpResponse:
    """The form; posting it opens the round and leads to its page."""
    user = person_with(request, "payments.prepare")
    components = _components(user)
    if request.method == "POST":
        return _open(request, user, components)
    component = _chosen(request.GET.get("composante", ""), components)
    term = _shown_term(request.GET.get("echeance", ""), component) if component else 0
    cercles = _cercles(component, term, user) if component else []
    context = {
        "components": components,
        "component": component,
        "term": term,
        "terms": _terms(component) if component else [],
        "cercles": cercles,
        "free": sum(not choice.taken_by for cercle in cercles for choice in cercle.choices),
    }
    return render(request, "payments/opening.html", context)


def _components(user: User) -> list[Component]:
    """The components of the programmes where the person prepares rounds."""
    known = (
        Component.objects.filter(kind__in=Component.PAID)
        .select_related("programme")
        .order_by("programme__name", "code")
    )
    return [one for one in known if can(user, "payments.prepare", programme=one.programme.code)]


def _chosen(text: str, components: list[Component]) -> Component | None:
    if not text:
        return components[0] if len(components) == 1 else None
    found = next((one for one in components if str(one.pk) == text), None)
    if found is None:
        raise Http404
    return found


def _terms(component: Component) -> list[tuple[int, str]]:
    """Every term of a component with its period; some communes may have more than the others."""
    longest = component.communes.aggregate(longest=Max("terms"))["longest"] or component.terms
    return [(term, f"{term} · {component.period(term)}") for term in range(1, longest + 1)]


def _shown_term(text: str, component: Component) -> int:
    """The term asked for; at first, the one that follows the last opened."""
    if text:
        return _term(text, component)
    last = component.rounds.exclude(status="cancelled").aggregate(last=Max("term"))["last"] or 0
    return int(min(last + 1, _terms(component)[-1][0]))


def _term(text: str, component: Component) -> int:
    """A term of the component; any other is refused, never replaced."""
    asked = {str(term): term for term, _ in _terms(component)}.get(text)
    if asked is None:
        raise Refused(f"L’échéance « {text} » n’existe pas", remedy="Choisissez une échéance de la composante.")
    return asked


def _cercles(component: Component, term: int, user: User) -> list[Cercle]:
    own = Area.objects.filter(communes_with(user, "payments.prepare", programme=component.programme.code))
    communes = own.filter(pk__in=component.communes.filter(terms__gte=term).values("commune"))
    in_rounds = RoundCommune.objects.filter(component=component, term=term, sequence=1, live=True)
    taken = {one.commune_id: one.payment_round for one in in_rounds.select_related("payment_round")}
    ordered = communes.select_related("parent").order_by("parent__name", "parent_id", "name")
    return [
        Cercle(group[0].parent.name, [Choice(area, taken.get(area.pk)) for area in group])
        for _, areas in groupby(ordered, key=lambda area: area.parent_id)
        for group in [list(areas)]
        if group[0].parent
    ]


def _open(request: HttpRequest, user: User, components: list[Component]) -> HttpResponse:
    component = _chosen(request.POST.get("composante", "-"), components)
    assert component is not None, "an unknown component is a 404"
    opened: list[PaymentRound] = []

    def act() -> str:
        term = _term(request.POST.get("echeance", ""), component)
        made = actions.open_round(
            component, term, _communes(request, component, term, user), by=user, kind=_kind(request),
            pays_from=_day(request, "du"), pays_until=_day(request, "au"),
        )  # fmt: skip
        opened.append(made)
        return f"Le tour est ouvert dans {counted(made.communes.count(), 'commune')} : préparez sa liste."

    carry_out(request, act)
    return redirect("payment_round", opened[0].pk) if opened else redirect("payment_rounds")


def _communes(request: HttpRequest, component: Component, term: int, user: User) -> list[Area]:
    """The communes ticked, or all the free ones when that box is ticked; nothing ticked is nothing."""
    catching_up = _kind(request) == PaymentRound.Kind.CATCH_UP
    free = {
        choice.area.pk: choice.area
        for cercle in _cercles(component, term, user)
        for choice in cercle.choices
        if catching_up or not choice.taken_by
    }
    if request.POST.get("toutes"):
        return list(free.values())
    ticked = request.POST.getlist("commune")
    chosen = Area.objects.filter(pk__in=[int(pk) for pk in ticked if pk.isascii() and pk.isdigit()])
    return list(chosen)


def _kind(request: HttpRequest) -> str:
    asked = request.POST.get("nature", PaymentRound.Kind.TERM)
    if asked not in (PaymentRound.Kind.TERM, PaymentRound.Kind.CATCH_UP):
        raise Http404
    return asked


def _day(request: HttpRequest, name: str) -> date | None:
    text = request.POST.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(f"« {text} » n’est pas une date", remedy="Écrivez-la comme 2015-03-31.") from None
