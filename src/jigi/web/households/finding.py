"""Finding a person: one text, what narrows it, and for each person found the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jigi.foundation import audit, images
from jigi.foundation.errors import Refused, TooLarge
from jigi.foundation.models import User
from jigi.foundation.squares import first_in
from jigi.registry import queries as registry
from jigi.registry import search
from jigi.registry.models import Household, Person
from jigi.web.formats import counted
from jigi.web.households.listing import page_of
from jigi.web.households.place import Place, named_so
from jigi.web.reader import user_of
from jigi.web.submissions import carry_out

ASKED = ("q", "lieu", "ne", "sexe", "parent", "anciens")
FORMER = "oui"
OLDEST = 120
MOST_PHOTO_BYTES = 15 * 1024 * 1024


@dataclass(frozen=True)
class Line:
    """A person found, as the page writes them."""

    match: search.Match
    age: str


def find(request: HttpRequest) -> HttpResponse:
    """The persons that the address asks for; a whole RSU number, or a card, leads straight to the household."""
    user = user_of(request)
    asked = {name: text for name in ASKED if (text := request.GET.get(name, "").strip())}
    typed = search.understood(asked.get("q", ""))
    if typed.kind == "rsu" and (one := registry.visible_to(user).filter(rsu_number=typed.text).first()):
        return redirect(page_of(one))
    wrong = _wrong(asked)
    found = search.find(_wanted(asked), by=user) if asked and not wrong else search.Found()
    if asked:
        _note(found, asked, by=user)
    context = {
        "asked": asked, "wrong": wrong, "sexes": Person.Sex.choices, "more": found.more,
        "lines": [Line(match, age(match.membership.person)) for match in found.matches],
        "count": counted(len(found.matches), "personne", "personnes"), "former": asked.get("anciens") == FORMER,
    }  # fmt: skip
    return render(request, "households/find.html", context)


@require_POST
def card(request: HttpRequest) -> HttpResponse:
    """The household of a card, by a photograph of its square; the photograph is not kept."""
    user, number = user_of(request), _number_on(request)
    one = registry.visible_to(user).filter(rsu_number=number).first()
    carry_out(request, lambda: _note_card(number, one, by=user), again="")
    if one:
        return redirect(page_of(one))
    messages.warning(request, f"Le ménage {number} n’est pas dans les communes de votre affectation.")
    return redirect("household_find")


def age(person: Person) -> str:
    """« vers 1985, 41 ans »; a dead person has no age."""
    if person.died_on or person.birth_date is None:
        return f"décès le {person.died_on:%d/%m/%Y}" if person.died_on else "inconnu"
    today = timezone.localdate()
    years = today.year - person.birth_date.year - ((today.month, today.day) < _day(person.birth_date))
    return f"{person.birth}, {counted(max(0, years), 'an')}"


def _number_on(request: HttpRequest) -> str:
    """The RSU number of the square that was photographed. Refused when there is none to read."""
    sent = request.FILES.get("photo")
    if not isinstance(sent, UploadedFile):
        raise Refused("Aucune photographie n’est choisie", remedy="Photographiez le carré de la carte.")
    if (sent.size or 0) > MOST_PHOTO_BYTES:
        raise TooLarge("La photographie dépasse 15 Mo", remedy="Réglez l’appareil sur des photographies plus petites.")
    number = first_in(images.opened(sent.read()), search.on_card)
    if number is None:
        raise Refused(
            "Aucun carré de carte ne se lit sur cette photographie", why="Il est flou, coupé ou dans l’ombre.",
            remedy="Recommencez de plus près, ou tapez le numéro imprimé sur la carte.",
        )  # fmt: skip
    return number


def _note_card(number: str, one: Household | None, *, by: User) -> str:
    subjects = [one.pk] if one else []
    audit.read("search", "list", "personnes", by=by, subjects=subjects, after={"asked": {"carte": number}})
    return ""


def _day(born: date) -> tuple[int, int]:
    return born.month, born.day


def _wanted(asked: dict[str, str]) -> search.Wanted:
    place = named_so(asked["lieu"]) if "lieu" in asked else Place()
    return search.Wanted(
        text=asked.get("q", ""),
        communes=place.communes_to_read if "lieu" in asked else None,
        villages=place.villages if not place.communes else frozenset(),
        born=_year(asked.get("ne", "")),
        sex=asked.get("sexe", ""),
        parent=asked.get("parent", ""),
        former=asked.get("anciens") == FORMER,
    )


def _year(text: str) -> int | None:
    """A year, or the age that gives it."""
    said = re.fullmatch(r"(?:vers\s*)?(\d{1,4})\s*(?:ans?)?", text.lower())
    if not said:
        return None
    number = int(said[1])
    this_year = timezone.localdate().year
    year = this_year - number if number <= OLDEST else number
    return year if this_year - OLDEST <= year <= this_year else None


def _wrong(asked: dict[str, str]) -> str:
    """What is not understood among the filters: it finds nobody, and says so."""
    if "ne" in asked and _year(asked["ne"]) is None:
        return f"« {asked['ne']} » n’est ni une année ni un âge. Écrivez 1985, ou 40."
    if "sexe" in asked and asked["sexe"] not in Person.Sex.values:
        return f"« {asked['sexe']} » n’est pas un sexe. Choisissez dans la liste."
    if "lieu" in asked and not named_so(asked["lieu"]).communes_to_read:
        return (
            f"Aucun lieu ne s’appelle « {asked['lieu']} ». Écrivez le nom d’un village ou d’une commune, ou son code."
        )
    return ""


def _note(found: search.Found, asked: dict[str, str], *, by: User) -> None:
    subjects = [match.membership.household_id for match in found.matches]
    after = {"asked": asked, "rows": len(subjects)}
    audit.read("search", "list", "personnes", by=by, subjects=subjects, after=after)
