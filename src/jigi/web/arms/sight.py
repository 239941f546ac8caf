"""Who sees the arms and scenarios of a response, and how forms about them are read."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, QueryDict

from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.geography.access import can
from jigi.programmes.models import Component
from jigi.response.arm_places import kept_communes
from jigi.response.models import Activation, Arm, Scenario
from jigi.web.reader import number_in, rights_of, user_of

LIVELIHOODS = (
    ("farming", "agriculture"), ("agropastoral", "agriculture et élevage"), ("pastoral", "élevage"),
    ("fishing", "pêche"), ("trade", "commerce"), ("wage", "salaire"), ("craft", "artisanat"), ("aid", "aide"),
    ("none", "aucun"),
)  # fmt: skip


def person(request: HttpRequest) -> User:
    """Who is signed in, when they see responses; Http404 otherwise."""
    if "shocks.see" not in rights_of(request):
        raise Http404
    return user_of(request)


def seen_response(request: HttpRequest, number: int) -> Activation:
    """The response of this number; Http404 when there is none, or the person sees none."""
    person(request)
    found = Activation.objects.filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def seen_arm(request: HttpRequest, number: int, pk: int) -> Arm:
    """The arm of a response, with all that its page names."""
    named = Arm.objects.select_related(
        "activation", "component__programme", "base_component__programme", "partner_scheme", "formula",
        "targeting_round", "cohort", "made_by",
    )  # fmt: skip
    found = named.filter(pk=pk, activation=seen_response(request, number)).first()
    if found is None:
        raise Http404
    return found


def seen_scenario(request: HttpRequest, number: int, pk: int) -> Scenario:
    found = Scenario.objects.filter(pk=pk, activation=seen_response(request, number)).first()
    if found is None:
        raise Http404
    return found


def may(user: User, right: str, one: Activation, component: Component | None = None) -> bool:
    """Whether a person holds a right in every commune that the response keeps (of a component, if given)."""
    programme = component.programme.code if component else None
    return can(user, right, areas=kept_communes(one, component), programme=programme)


def paying_components() -> list[Component]:
    """The components that pay, by programme."""
    found = Component.objects.filter(kind__in=Component.PAID).select_related("programme")
    return list(found.order_by("programme__name", "code"))


def emergencies() -> list[Component]:
    """Those of emergency transfers, by which an arm may pay."""
    return [one for one in paying_components() if one.kind == Component.Kind.EMERGENCY]


def component_of(said: QueryDict, field: str) -> Component | None:
    """The paying component that a form chose; None for none."""
    chosen = number_in(said.get(field, ""))
    return next((one for one in paying_components() if one.pk == chosen), None)


def day_in(text: str) -> date | None:
    """A day as a form gives it; None for none."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused(f"« {text[:40]} » n’est pas une date", remedy="Écrivez-la comme 2018-03-31.") from None


def amount_in(text: str, what: str) -> int:
    """A whole number as a form gives it, thousands parted by spaces or not; 0 when nothing is said."""
    digits = "".join(text.split())
    if not digits:
        return 0
    if not (digits.isascii() and digits.isdigit() and len(digits) < 16):
        raise Refused(f"{what} : « {text[:40]} » n’est pas un nombre", remedy="Écrivez un entier, comme 31 513.")
    return int(digits)


def livelihoods_in(said: QueryDict) -> tuple[str, ...]:
    """The livelihoods ticked; one that is none is refused."""
    ticked = tuple(said.getlist("moyen"))
    if set(ticked) - {code for code, _ in LIVELIHOODS}:
        raise Refused("Un moyen d’existence coché n’existe pas", remedy="Rechargez la page et choisissez de nouveau.")
    return ticked


def livelihood_words(codes: list[str]) -> str:
    """« agriculture, pêche »; "" for all."""
    words = dict(LIVELIHOODS)
    return ", ".join(words.get(code, code) for code in codes)
