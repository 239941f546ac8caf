"""The menu of complaints on the screen of any telephone: what was typed says where one is. Pure, nothing is kept.

The gateway sends all that was typed in a session, joined by « * »; each screen has at most 182 letters of GSM 03.38.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from jigi.grievances.rules import read_number
from jigi.messaging.rules import spelled

MOST_LETTERS = 182
MOST_ANSWERS = 40
PER_SCREEN = 5
LONGEST_PLACE = 40

ROOT = "Jigi, plaintes. C'est gratuit.\n1 Se plaindre\n2 Suivre une plainte\n3 Vos droits"
SUBJECTS = "De quoi s'agit-il ?"
MORE = "0 Suite"
PLACE = "Tapez les 6 chiffres du code de votre commune, ou 0 si vous ne le savez pas."
CALL = "Vous rappeler à ce numéro ?\n1 Oui\n2 Non, sans mon numéro\n3 Une autre commune"
CALL_ALONE = f"Si ce téléphone n'est qu'à vous, on peut vous rappeler.{CALL.partition('?')[2]}"
NUMBER = "Tapez les 12 chiffres de votre plainte."
RIGHTS = (
    "Etre inscrit ou payé ne coûte rien : ne payez personne. Vous pouvez vous plaindre sans nom. Une réponse est due ;"
    " sinon, un recours. Mairie ou comité vous aident."
)
WRONG = "Choix inconnu. "
UNKNOWN_PLACE = "Code inconnu. "
MISREAD = "Numéro mal tapé. "
TOO_LONG = "Trop de réponses. Appelez de nouveau."
LATER = "Trop de demandes de ce téléphone aujourd'hui. Essayez demain, ou voyez la mairie ou le comité."
OUT = "Ce n'est pas possible maintenant. Essayez plus tard, ou voyez la mairie ou le comité."


@dataclass(frozen=True)
class Choice:
    """A category as a small screen names it."""

    code: str
    label: str
    sensitive: bool


@dataclass(frozen=True)
class Menu:
    """What may be chosen; `commune` gives the name of a code of six digits, "" when there is none."""

    choices: Sequence[Choice]
    commune: Callable[[str], str]


@dataclass(frozen=True)
class Ask:
    """The session goes on with this screen."""

    text: str


@dataclass(frozen=True)
class End:
    """The session ends with these words."""

    text: str


@dataclass(frozen=True)
class File:
    """A complaint is to be written; `commune` is a code of six digits or ""."""

    choice: Choice
    commune: str
    call_back: bool


@dataclass(frozen=True)
class Follow:
    """Where a complaint stands is asked."""

    number: int


Step = Ask | End | File | Follow


@dataclass(frozen=True)
class _At:
    """A screen, with what was chosen before it; `wrong` says what was not understood."""

    screen: str = "root"
    page: int = 0
    choice: Choice | None = None
    commune: str = ""
    wrong: str = ""


def walk(text: str, menu: Menu) -> Step:
    """What follows from all that was typed in a session."""
    typed = text.split("*") if text else []
    if len(typed) > MOST_ANSWERS:
        return End(TOO_LONG)
    at = _At()
    for answer in typed:
        found = _NEXT[at.screen](replace(at, wrong=""), answer.strip(), menu)
        if not isinstance(found, _At):
            return found
        at = found
    return Ask(at.wrong + _shown(at, menu))


def screen(verb: str, text: str) -> str:
    """What the gateway is answered: « CON » or « END », and as much of the text as a screen holds."""
    return f"{verb} {spelled(text)}"[:MOST_LETTERS]


def filed(said: str) -> str:
    return f"Plainte notée. Son numéro : {said}. Gardez-le pour la suivre. Ne payez rien."


def stood(number: str, said: str) -> str:
    """Where a complaint stands; the same words for the number of nobody and for what is shown to nobody."""
    return f"Plainte {number} : {said}." if said else f"Aucune suite ne peut être montrée pour {number}."


def _shown(at: _At, menu: Menu) -> str:
    if at.screen == "subject":
        lines = [f"{place} {one.label}" for place, one in enumerate(_page(at, menu), 1)]
        return "\n".join([SUBJECTS, *lines, *([MORE] if len(menu.choices) > PER_SCREEN else [])])
    if at.screen == "call":
        assert at.choice is not None, "chosen before"
        place = f"{menu.commune(at.commune)[:LONGEST_PLACE]}. " if at.commune else ""
        return place + (CALL_ALONE if at.choice.sensitive else CALL)
    return {"root": ROOT, "place": PLACE, "number": NUMBER}[at.screen]


def _page(at: _At, menu: Menu) -> Sequence[Choice]:
    return menu.choices[at.page * PER_SCREEN : (at.page + 1) * PER_SCREEN]


def _from_root(at: _At, answer: str, menu: Menu) -> _At | Step:
    if answer == "1" and menu.choices:
        return replace(at, screen="subject")
    if answer == "2":
        return replace(at, screen="number")
    return End(RIGHTS) if answer == "3" else replace(at, wrong=WRONG)


def _from_subject(at: _At, answer: str, menu: Menu) -> _At | Step:
    if answer == "0":
        return replace(at, page=(at.page + 1) % -(-len(menu.choices) // PER_SCREEN))
    offered = _page(at, menu)
    if answer in [str(place) for place in range(1, len(offered) + 1)]:
        return replace(at, screen="place", choice=offered[int(answer) - 1])
    return replace(at, wrong=WRONG)


def _from_place(at: _At, answer: str, menu: Menu) -> _At | Step:
    if answer == "0":
        return replace(at, screen="call", commune="")
    if menu.commune(answer):
        return replace(at, screen="call", commune=answer)
    return replace(at, wrong=UNKNOWN_PLACE)


def _from_call(at: _At, answer: str, menu: Menu) -> _At | Step:
    if answer == "3":
        return replace(at, screen="place", commune="")
    assert at.choice is not None, "chosen before"
    return File(at.choice, at.commune, answer == "1") if answer in ("1", "2") else replace(at, wrong=WRONG)


def _from_number(at: _At, answer: str, menu: Menu) -> _At | Step:
    number = read_number(answer)
    return Follow(number) if number is not None else replace(at, wrong=MISREAD)


_NEXT: dict[str, Callable[[_At, str, Menu], _At | Step]] = {
    "root": _from_root, "subject": _from_subject, "place": _from_place, "call": _from_call, "number": _from_number,
}  # fmt: skip
