"""Paper registers of village committees, typed into a file (CSV or XLSX): good lines become cases, the others are told.

Whatever the number of lines, the number of statements is the same. A line already known (same story, day and commune)
is left as it is, so that a corrected file is sent whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.audit import Told
from jigi.foundation.cells import as_boolean, as_date
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.keyring import vault
from jigi.foundation.models import User
from jigi.foundation.tabular import Table, digest_of, open_table
from jigi.geography.access import communes_with, require
from jigi.geography.models import Area
from jigi.grievances import queries
from jigi.grievances.actions import EARLIEST, LONGEST, SHORTEST
from jigi.grievances.models import Case, CaseFile, CaseHousehold, Category, Event
from jigi.grievances.states import CASE
from jigi.grievances.trail import proofs
from jigi.registry.models import Household
from jigi.registry.rsu import digits_of

COLUMNS = {
    "date": "date", "categorie": "category", "recit": "told", "commune": "commune", "numero rsu": "rsu", "rsu": "rsu",
    "nom": "name", "telephone": "phone", "langue": "language", "anonyme": "anonymous",
}  # fmt: skip
NEEDED = {"date": "date", "category": "catégorie", "told": "récit"}
MOST_LINES = 5_000


@dataclass(frozen=True)
class Fault:
    """What is wrong with a line: where, what, what to do."""

    line: int
    column: str
    what: str
    remedy: str


@dataclass
class Taken:
    """What became of a file: cases made, lines already known, faults; `file` is None when no line was good."""

    file: CaseFile | None = None
    read: int = 0
    known: int = 0
    cases: list[Case] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@unfenced
@transaction.atomic
def take(path: str | Path, *, by: User) -> Taken:
    """Take a register; InputError when the file is none, Refused when it was taken before or without the right."""
    require(by, queries.HANDLE)
    sha256 = digest_of(Path(path))
    if CaseFile.objects.filter(file_hash=sha256).exists():
        raise Refused("Ce fichier est déjà enregistré", remedy="Envoyez le registre suivant, ou un fichier corrigé.")
    with open_table(path) as table:
        names = _columns(table)
        lines = [(line, _cells(names, cells)) for line, cells in table]
    if len(lines) > MOST_LINES:
        raise InputError(f"Plus de {MOST_LINES} lignes", file=path, remedy="Envoyez le registre en plusieurs fichiers.")
    known, taken = _known(lines, by), Taken(read=len(lines))
    made = [one for line, cells in lines if (one := _case(line, cells, known, taken.faults, by))]
    fresh = _fresh(made, taken)
    if fresh:
        taken.file = CaseFile.objects.create(
            file_name=Path(path).name[-200:], file_hash=sha256, rows=len(lines), kept=len(fresh), made_by=by
        )
        _write(fresh, taken, by)
    return taken


@dataclass(frozen=True)
class _Known:
    """What lines may name: categories and languages by their words, one's communes by name, households by number."""

    categories: dict[str, Category]
    languages: dict[str, str]
    communes: dict[str, Area | None]
    households: dict[str, Household]


def _columns(table: Table) -> list[str]:
    names = [COLUMNS.get(_folded(title), "") for title in table.header]
    missing = [said for code, said in NEEDED.items() if code not in names]
    if not {"commune", "rsu"} & set(names):
        missing.append("commune (ou numéro RSU)")
    if missing:
        raise InputError(
            f"Il manque la colonne {', '.join(missing)}", file=table.file, line=table.header_line,
            remedy="Colonnes lues : date, catégorie, récit, commune, numéro RSU, nom, téléphone, langue, anonyme.",
        )  # fmt: skip
    return names


def _cells(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    return {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}


def _known(lines: Sequence[tuple[int, dict[str, str]]], by: User) -> _Known:
    communes: dict[str, Area | None] = {}
    own = communes_with(by, queries.HANDLE)
    for area in Area.objects.filter(own):
        key = _folded(area.name)
        communes[key] = None if key in communes else area
    numbers = {digits.zfill(10) for _, cells in lines if (digits := digits_of(cells.get("rsu", "")))}
    homes = Household.objects.filter(rsu_number__in=numbers).select_related("commune")
    return _Known(
        categories={
            _folded(word): one for one in Category.objects.filter(in_use=True) for word in (one.code, one.name)
        },
        languages={_folded(word): code for code, name in Case.Language.choices for word in (code, name)},
        communes=communes,
        households={one.rsu_number: one for one in homes.filter(commune__in=Area.objects.filter(own))},
    )


def _case(line: int, cells: dict[str, str], known: _Known, faults: list[Fault], by: User) -> Case | None:
    """The case of a line, not yet written; None when something is wrong, told in `faults`."""
    wrong = len(faults)
    home, commune = _place(line, cells, known, faults)
    category = known.categories.get(_folded(cells["category"]))
    if category is None:
        faults.append(Fault(line, "catégorie", f"« {cells['category'][:40]} » n’est pas une catégorie",
                            f"Écrivez par exemple : {', '.join(list(known.categories)[1:6:2])}."))  # fmt: skip
    language = known.languages.get(_folded(cells.get("language") or "français"), "other")
    anonymous = _anonymous(line, cells, faults)
    told, day = cells["told"], _day(line, cells["date"], faults)
    if not SHORTEST <= len(told) <= LONGEST:
        faults.append(Fault(line, "récit", "Le récit est trop court ou trop long",
                            f"Écrivez de {SHORTEST} à {LONGEST} caractères."))  # fmt: skip
    if not anonymous and not home and not cells.get("name"):
        faults.append(Fault(line, "nom", "Rien ne dit qui se plaint", "Donnez un nom, un numéro RSU, ou « anonyme »."))
    if len(faults) > wrong or category is None or day is None:
        return None
    made = Case(
        category=category, sensitive=category.sensitive, channel=Case.Channel.COMMITTEE, language=language,
        commune=commune, anonymous=anonymous, received_on=day, received_by=by,
    )  # fmt: skip
    made.told = told
    made.name = "" if anonymous else cells.get("name", "")[:120]
    made.phone = "" if anonymous else cells.get("phone", "")[:30]
    made.home = home  # type: ignore[attr-defined]
    return made


def _place(
    line: int, cells: dict[str, str], known: _Known, faults: list[Fault]
) -> tuple[Household | None, Area | None]:
    number, name = digits_of(cells.get("rsu", "")), cells.get("commune", "")
    if number:
        if home := known.households.get(number.zfill(10)):
            return home, home.commune
        faults.append(Fault(line, "numéro RSU", f"« {number[:12]} » n’est d’aucun ménage de vos communes",
                            "Relisez-le sur la carte, ou videz la cellule et donnez la commune."))  # fmt: skip
        return None, None
    commune = known.communes.get(_folded(name)) if name else None
    if commune is None:
        faults.append(Fault(line, "commune", f"« {name[:40]} » n’est pas une de vos communes",
                            "Relisez son nom, ou donnez le numéro RSU du ménage."))  # fmt: skip
    return None, commune


def _day(line: int, written: str, faults: list[Fault]) -> date | None:
    try:
        found = as_date(written)
    except ValueError:
        found = None
    if found is None or found.precision != "day" or not EARLIEST <= found.day <= timezone.localdate():
        faults.append(Fault(line, "date", f"« {written[:20]} » n’est pas un jour passé", "Écrivez jj/mm/aaaa."))
        return None
    return found.day


def _anonymous(line: int, cells: dict[str, str], faults: list[Fault]) -> bool:
    try:
        return as_boolean(cells["anonymous"]) if cells.get("anonymous") else False
    except ValueError:
        faults.append(Fault(line, "anonyme", "Ce n’est ni oui ni non", "Écrivez oui ou non."))
        return False


def _fresh(made: Sequence[Case], taken: Taken) -> list[Case]:
    """Those that are not known yet, each once: another story, another person, another day or another commune."""
    indexes = [vault().index("grievance", one.told) for one in made]
    found = Case.objects.filter(channel=Case.Channel.COMMITTEE, told_index__in=indexes)
    seen, fresh = {_key(one) for one in found}, []
    for one in made:
        if (key := _key(one)) not in seen:
            seen.add(key)
            fresh.append(one)
    taken.known = len(made) - len(fresh)
    return fresh


def _key(one: Case) -> tuple[object, ...]:
    said = (one.told_index, one.name_index, one.phone_index)
    return (*(bytes(index) for index in said), one.received_on, one.commune_id)


def _write(fresh: Sequence[Case], taken: Taken, by: User) -> None:
    for one in fresh:
        one.file = taken.file
    taken.cases = Case.objects.bulk_create(fresh)
    homes: dict[int, Any] = {one.pk: one.home for one in taken.cases if one.home}  # type: ignore[attr-defined]
    CaseHousehold.objects.bulk_create(
        CaseHousehold(case=one, household=homes[one.pk], complains=not one.anonymous)
        for one in taken.cases if one.pk in homes
    )  # fmt: skip
    Event.objects.bulk_create(
        Event(case=one, verb="receive", by=by, facts={"channel": one.channel}) for one in taken.cases
    )
    assert taken.file is not None, "just written"
    apart = Event.objects.filter(case__in=[one.pk for one in taken.cases if one.sensitive])
    audit.record_many([*_told(taken, homes), *proofs(apart)], by=by)
    # Without the categories: how many were sensitive is not told.
    audit.record("take_file", "grievance_file", taken.file.pk, by=by, after={"rows": taken.read})
    numbers = Case.objects.in_bulk([one.pk for one in taken.cases])
    taken.cases = [numbers[one.pk] for one in taken.cases]


def _told(taken: Taken, homes: dict[int, Any]) -> list[Told]:
    ordinary = [one for one in taken.cases if not one.sensitive]
    return [
        Told(
            "receive", CASE.noun, one.pk, {}, {"status": one.status}, "", (homes[one.pk].pk,) if one.pk in homes else ()
        )
        for one in ordinary
    ]


def _folded(text: str) -> str:
    """Without case, accents and separators: « Numéro_RSU » and « numero rsu » are one."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", bare).split())
