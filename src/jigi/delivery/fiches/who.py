"""The household of each line, by its card or by its RSU number."""

from __future__ import annotations

from jigi.delivery.fiches.reading import Reading
from jigi.enrolment import cards
from jigi.enrolment.card_rules import MARK
from jigi.enrolment.models import Enrolment
from jigi.foundation.errors import Refused
from jigi.registry.models import Household
from jigi.registry.rsu import digits_of, is_number

MISREAD = "Ce numéro RSU est mal copié"
UNKNOWN = "Aucun ménage n’a ce numéro RSU"
LEAVE = "Laissez la ligne de côté, et notez le ménage sur la page."


def households_of(said: Reading) -> dict[int, int]:
    """Line -> household, of those that say one (`carte`, else `rsu`); a card or a number that is not good is a fault.

    A withdrawn card, or one that is not of the programme, is refused as on a page.
    """
    numbers: dict[int, str] = {}
    found: dict[int, int] = {}
    for n, turn in said.turns.items():
        card, rsu = turn.get("carte", ""), turn.get("rsu", "")
        if card.upper().startswith(MARK):
            _read_card(said, n, card, found)
        elif card or rsu:
            numbers[n] = digits_of(card or rsu)
    known = Household.objects.filter(rsu_number__in=set(numbers.values())).values_list("rsu_number", "pk")
    households = dict(known)
    for n, digits in numbers.items():
        if digits in households:
            found[n] = households[digits]
        else:
            said.wrong(n, "rsu", UNKNOWN if is_number(digits) else MISREAD, LEAVE)
    said.households |= set(found.values())
    return found


def household_of(card: str) -> int:
    """The household of a card, by its square code. Refused for one that is not ours or was withdrawn."""
    found: int = Enrolment.objects.values_list("household", flat=True).get(pk=cards.check(card.upper()).enrolment_id)
    return found


def _read_card(said: Reading, n: int, text: str, found: dict[int, int]) -> None:
    try:
        found[n] = household_of(text)
    except Refused as error:
        said.wrong(n, "carte", error.what, f"{error.remedy} {LEAVE}")
