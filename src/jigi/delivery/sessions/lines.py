"""The lines of a file of attendance: which column says what, and each cell read as what it must be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from jigi.foundation.cells import as_boolean, as_date, as_integer
from jigi.foundation.errors import InputError
from jigi.foundation.tabular import Table
from jigi.registry.rsu import digits_of, is_number

NAMES = {
    "session": ("seance", "numero seance", "n seance", "no seance"),
    "held_on": ("date", "jour", "tenue le"),
    "men": ("hommes", "nombre hommes"),
    "women": ("femmes", "nombre femmes"),
    "place": ("lieu",),
    "facilitator": ("animateur", "animatrice", "facilitateur"),
    "rsu": ("numero rsu", "n rsu", "no rsu", "rsu"),
    "came": ("qui", "qui est venu", "venu"),
    "sex": ("sexe",),
    "mother": ("mere", "mere enfant moins de cinq ans"),
    "consented": ("accord", "consentement"),
}
"""What a column says, by the names it may have once folded; « seance » and « numero rsu » are needed."""
CAME = {
    "": "recipient", "allocataire": "recipient", "a": "recipient", "suppleant": "alternate", "suppleante": "alternate",
    "s": "alternate", "autre": "other", "autre membre": "other", "o": "other",
}  # fmt: skip
SEXES = {"": "", "h": "M", "m": "M", "homme": "M", "f": "F", "femme": "F"}
STAGED = (
    "line", "session_id", "held_on", "men", "women", "place", "facilitator", "rsu", "came", "sex", "mother",
    "consented", "fault_column", "fault_value", "fault", "fault_remedy",
)  # fmt: skip
_SEPARATORS = re.compile(r"[\W_]+")


@dataclass
class _Line:
    """A line being read: its cells by what they say, and the first thing wrong with it."""

    cells: Mapping[str, str]
    header: Mapping[str, str]
    fault: tuple[str, str, str, str] | None = None
    read: dict[str, Any] = field(default_factory=dict)

    def take(self, name: str, reader: Callable[[str], Any], remedy: str, default: Any = None) -> None:
        said = self.cells.get(name, "")
        self.read[name] = default
        if not said:
            return
        try:
            self.read[name] = reader(said)
        except ValueError as error:
            self.blame(name, f"« {said[:40]} » {error}", remedy)

    def blame(self, name: str, what: str, remedy: str) -> None:
        if self.fault is None:
            self.fault = (self.header.get(name, name)[:60], self.cells.get(name, "")[:80], what[:300], remedy[:300])


def columns_of(table: Table) -> dict[str, int]:
    """Where each thing stands in a file. InputError naming what lacks."""
    folded = [fold(name) for name in table.header]
    found = {
        said: next(at for at, name in enumerate(folded) if name in names)
        for said, names in NAMES.items()
        if any(name in names for name in folded)
    }
    if missing := [said for said in ("session", "rsu") if said not in found]:
        named = " et ".join(f"« {NAMES[said][0].replace(' ', '_')} »" for said in missing)
        raise InputError(
            f"Il manque la colonne {named}", file=table.file, line=table.header_line,
            why=f"Colonnes trouvées : {table.columns_said}",
            remedy="Un fichier de présences a au moins seance et numero_rsu ; le modèle est sur la page des fichiers.",
        )  # fmt: skip
    return found


def staged(table: Table, columns: Mapping[str, int]) -> Iterator[Sequence[Any]]:
    """Each line as STAGED names it; what can't be read goes with it, and never stops the others."""
    header = {said: table.header[at] for said, at in columns.items()}
    for number, cells in table:
        line = _Line({said: cells[at].strip() for said, at in columns.items()}, header)
        _read(line)
        yield (number, *(line.read[name] for name in STAGED[1:12]), *(line.fault or ("", "", "", "")))


def fold(text: str) -> str:
    """A word without case, accents and separators."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return _SEPARATORS.sub(" ", "".join(c for c in plain if not unicodedata.combining(c))).strip()


def _read(line: _Line) -> None:
    line.take("session", _session, "Recopiez le numéro de la séance : il est sur sa page et sur sa feuille.", 0)
    if not line.cells.get("session"):
        line.blame("session", "Le numéro de la séance manque", "Écrivez-le sur chaque ligne.")
    line.read["session_id"] = line.read["session"]
    line.take("held_on", _day, "Écrivez le jour comme 31/03/2016.")
    for name in ("men", "women"):
        line.take(name, _count, "Écrivez un nombre entier, de 0 à 5000.")
    for name in ("place", "facilitator"):
        line.read[name] = " ".join(line.cells.get(name, "").split())[:120]
    line.take("rsu", _rsu, "Recopiez les dix chiffres de la carte du ménage.", "")
    line.take("came", _came, "Écrivez allocataire, suppléant ou autre.", "recipient")
    line.take("sex", _sex, "Écrivez H ou F.", "")
    for name in ("mother", "consented"):
        line.take(name, as_boolean, "Écrivez oui ou non.", False)


# The lines of a session repeat what they say of it: each such cell is read once.
@lru_cache(maxsize=4096)
def _day(said: str) -> date:
    return as_date(said).day


@lru_cache(maxsize=4096)
def _session(said: str) -> int:
    found = as_integer(said)
    if not 0 < found < 2**63:
        raise ValueError("n’est pas un numéro de séance")
    return found


@lru_cache(maxsize=4096)
def _count(said: str) -> int:
    found = as_integer(said)
    if not 0 <= found <= 5_000:
        raise ValueError("n’est pas un nombre de présents")
    return found


def _rsu(said: str) -> str:
    digits = digits_of(said)
    if not is_number(digits):
        raise ValueError("n’est pas un numéro RSU bien recopié")
    return digits


def _word(words: Mapping[str, str]) -> Callable[[str], str]:
    @lru_cache(maxsize=256)
    def read(said: str) -> str:
        if fold(said) not in words:
            raise ValueError("n’est pas un mot connu ici")
        return words[fold(said)]

    return read


_came, _sex = _word(CAME), _word(SEXES)
