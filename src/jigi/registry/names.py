"""Names as people write them: the key of a word, and the reviewed files of spellings, nicknames and small words.

`data/names/` is for a Malian reader to correct: searching reads it anew at each start, nothing is indexed again.
Each row of surnames.csv, given_names.csv and nicknames.csv gathers forms of one name, of which each finds the
others; a form may stand in several rows. words.csv has what is no name: titles and the particles of a filiation.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from jigi.foundation.errors import InputError

DATA = Path(__file__).with_name("data") / "names"
FORMS = {
    "surnames.csv": ("name", "variants", "comment"),
    "given_names.csv": ("sex", "name", "variants", "comment"),
    "nicknames.csv": ("name", "variants", "comment"),
}
WORDS = ("word", "kind", "comment")
KINDS = ("title", "particle")
LONGEST_CELL = 400

_ACCENTS = str.maketrans(
    "éèïêëîíôöóòàâäáãûüúùçñŋɛɔɲÉÈÏÊËÎÍÔÖÓÒÀÂÄÁÃÛÜÚÙÇÑŊƐƆƝ’ʼ", "eeieeiiooooaaaaauuuusnneoneeieeiiooooaaaaauuuusnneon''"
)
_LETTERS = str.maketrans("ywq-.,/", "iuk    ", "'`")  # three letters, four separators, two that go
_BEFORE = (("ph", "f"), ("ch", "s"), ("ce", "se"), ("ci", "si"))
_AFTER = (
    ("ou", "u"), ("dia", "ja"), ("die", "je"), ("dio", "jo"), ("diu", "ju"), ("dj", "j"), ("gui", "gi"), ("gue", "ge"),
    ("ll", "l"), ("rr", "r"), ("ss", "s"), ("mm", "m"), ("nn", "n"), ("tt", "t"), ("kk", "k"), ("aa", "a"),
    ("ii", "i"), ("uu", "u"),
)  # fmt: skip
_HARD = str.maketrans("c", "k", "h")
_FORM = re.compile(r"[^\W\d_]+(?:[ '’\-][^\W\d_]+)*")


@dataclass(frozen=True)
class Names:
    """The files as read: the keys that each key finds, and the keys of what is no name."""

    alike: Mapping[str, frozenset[str]]
    small: frozenset[str]

    def spellings(self, key: str) -> frozenset[str]:
        """The keys of the forms of a name, its own among them."""
        return self.alike.get(key, frozenset()) | {key}


def words(name: str) -> list[str]:
    """The words of a name, without accents and in small letters; y, w and q are read i, u and k."""
    return [word for word in name.translate(_ACCENTS).lower().translate(_LETTERS).split(" ") if word]


@lru_cache(maxsize=50_000)
def word_key(word: str) -> str:
    """The key of one of `words`: what sql/word_keys.sql computes, letter by letter."""
    for said, read in _BEFORE:
        word = word.replace(said, read)
    word = word.translate(_HARD)
    for said, read in _AFTER:
        word = word.replace(said, read)
    return word


def keys(name: str) -> list[str]:
    """The keys of the words of a name."""
    return [key for key in map(word_key, words(name)) if key]


@cache
def known() -> Names:
    """The files shipped with the project; InputError on their first mistake."""
    return read(DATA)


def read(folder: Path) -> Names:
    """The files of a folder; InputError on the first mistake."""
    for mistake in mistakes(folder):
        raise mistake
    alike: dict[str, set[str]] = defaultdict(set)
    for file, columns in FORMS.items():
        for _, row in _rows(folder / file, columns):
            forms = {form_key(form) for form in _forms(row)}
            for key in forms:
                alike[key] |= forms
    small = frozenset(word_key(words(row["word"])[0]) for _, row in _rows(folder / "words.csv", WORDS))
    return Names({key: frozenset(found) for key, found in alike.items()}, small)


def form_key(form: str) -> str:
    """The key of one form of the files: of its last word, as the register's is."""
    return keys(form)[-1]


def groups(folder: Path = DATA) -> list[list[str]]:
    """The forms of each row, as written."""
    return [_forms(row) for file, columns in FORMS.items() for _, row in _rows(folder / file, columns)]


def mistakes(folder: Path) -> Iterator[InputError]:
    """What is wrong in the files of a folder, each with its line and column."""
    for file, columns in FORMS.items():
        try:
            yield from _wrong_forms(folder / file, list(_rows(folder / file, columns)))
        except InputError as error:
            yield error
    try:
        yield from _wrong_words(folder / "words.csv", list(_rows(folder / "words.csv", WORDS)))
    except InputError as error:
        yield error


def _wrong_forms(path: Path, rows: Iterable[tuple[int, dict[str, str]]]) -> Iterator[InputError]:
    heads: dict[str, int] = {}
    for line, row in rows:
        if row.get("sex", "F") not in ("F", "M"):
            yield _wrong(path, line, "sex", f"« {row['sex']} » n’est pas un sexe", "Écrivez F ou M.")
        forms = _forms(row)
        for form in forms:
            if not _FORM.fullmatch(form) or not keys(form):
                yield _wrong(path, line, "variants", f"« {form} » n’est pas un nom", "Des lettres, séparées par « | ».")
        if len(forms) < 2:
            yield _wrong(path, line, "variants", "La ligne ne réunit rien", "Donnez au moins une autre forme.")
        if repeated := [form for form in forms if forms.count(form) > 1]:
            yield _wrong(path, line, "variants", f"« {repeated[0]} » est écrit deux fois", "Retirez-en une.")
        if before := heads.get(row["name"].casefold()):
            yield _wrong(path, line, "name", f"« {row['name']} » est déjà à la ligne {before}", "Réunissez-les.")
        heads.setdefault(row["name"].casefold(), line)


def _wrong_words(path: Path, rows: Iterable[tuple[int, dict[str, str]]]) -> Iterator[InputError]:
    for line, row in rows:
        if row["kind"] not in KINDS:
            yield _wrong(path, line, "kind", f"« {row['kind']} » est inconnu ici", f"Écrivez {' ou '.join(KINDS)}.")
        if len(words(row["word"])) != 1:
            yield _wrong(path, line, "word", f"« {row['word']} » n’est pas un mot", "Un seul mot par ligne.")


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line with its number; blank lines are left out."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise InputError(
            "Le fichier ne peut pas être lu", file=path, remedy="Vérifiez son nom et ses droits"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError("Le fichier n’est pas en UTF-8", file=path, remedy="Enregistrez-le en UTF-8") from error
    if not lines or tuple(lines[0].split(",")) != columns:
        raise _wrong(path, 1, "", "Les colonnes ne sont pas celles attendues", f"Écrivez : {','.join(columns)}.")
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        cells = next(csv.reader([line]))
        if len(cells) != len(columns) or len(line) > LONGEST_CELL:
            raise _wrong(
                path, number, "", f"{len(cells)} cellules au lieu de {len(columns)}", "Guillemets ou virgules ?"
            )
        yield number, dict(zip(columns, map(str.strip, cells), strict=True))


def _forms(row: Mapping[str, str]) -> list[str]:
    variants = [variant.strip() for variant in row["variants"].split("|")]
    return [row["name"], *filter(None, variants)]


def _wrong(path: Path, line: int, column: str, what: str, remedy: str) -> InputError:
    return InputError(what, file=path, line=line, column=column, remedy=remedy)
