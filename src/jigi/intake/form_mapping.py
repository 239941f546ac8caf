"""Mappings of questionnaires: reviewed TOML files that say which question fills which fact, for one form.

form = "menage"                   # the form's identity, and the versions that this mapping reads
versions = ["2026-1"]             # none: every version that has the questions
name = "menage"
source = "Questionnaire harmonisé"
consent = { column = "accord", answer = "oui" }   # other answers never enter the register

[household]
village = "village"
collected_on = "date_enquete"
latitude = "position"             # of a GPS position, its part is taken
# A form with its own list of places: the commune is found by the names, from the widest area to the commune.
commune = { columns = ["region", "cercle", "commune"], places = true }

[household.columns]
roof = { column = "toit", codes = { "paille" = "thatch" }, unknown = ["autre"] }
plough = { column = "biens", contains = "charrue" }          # of several choices, whether one is among them

[[members]]                       # one block a repeat; « repeat » left out: once, from the form itself
repeat = "membres"
[members.columns]
birth_date = { columns = ["naissance_jour", "naissance_annee"] }     # the first that is answered
father_name = { columns = ["prenoms-pere", "nom-pere"], join = " " }
relation = { value = "head" }

A question is named by its path, or by its name alone where only one bears it. Every choice of a question must have a
code, so that no answer is refused for a code that the reviewers forgot.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from pathlib import Path

from jigi.foundation.toml_table import Table, parse
from jigi.intake.mapping import REQUIRED_OF_MEMBERS, Filling, Mapping, Roster
from jigi.intake.questions import SELECT_MANY, SELECT_ONE, Item, Questionnaire
from jigi.intake.targets import INTERVIEW, LIVING, MEMBER, Target

FOLDER = Path(__file__).with_name("forms")
KEY, LINE = "fiche", "n° de membre"
GIVEN = ("collector", "form_version")
"""Facts that the submission itself gives: the account that sent it, the version it was filled with."""
GPS_PARTS = {"latitude": 0, "longitude": 1}


@dataclass(frozen=True)
class Answer:
    """Where the cell of one fact comes from: paths of questions, or a value.

    `join` puts the answers together (None: the first that is not empty), `contains` asks whether a choice is among
    those made, `part` takes one number of a position, `places` finds the commune of these names.
    `codes` turns the answer into the fact's own words.
    """

    paths: tuple[str, ...] = ()
    value: str = ""
    join: str | None = None
    contains: str = ""
    part: int | None = None
    places: bool = False
    codes: Dictionary[str, str] | None = None
    unknown: frozenset[str] = frozenset()

    @property
    def title(self) -> str:
        """The name of its column: those of its questions."""
        names = " + ".join(path.rpartition("/")[2] for path in self.paths)
        return f"{names} : {self.contains}" if self.contains else names


@dataclass(frozen=True)
class MemberSource:
    """The members of one repeat (`repeat` = "": one member, from the form itself)."""

    repeat: str
    answers: Dictionary[str, Answer]


@dataclass(frozen=True)
class FormMapping:
    """A mapping of a form, checked against its questions. `digest` is the SHA-256 of its text."""

    file: str
    digest: str
    name: str
    source: str
    geography: str
    consent: tuple[str, str] | None
    household: Dictionary[str, Answer]
    members: tuple[MemberSource, ...]

    @property
    def household_header(self) -> dict[str, str]:
        """Fact -> the title of its column, in the table of households."""
        return _titled(self.household)

    @property
    def member_header(self) -> dict[str, str]:
        """The same of members: a fact that several repeats fill has the title of all its questions."""
        facts = sorted({name for source in self.members for name in source.answers})
        answers = {}
        for name in facts:
            given = [source.answers[name] for source in self.members if name in source.answers]
            answers[name] = " / ".join(dict.fromkeys(one.title for one in given if one.title))
        return _apart({name: title or name for name, title in answers.items()})

    def as_mapping(self) -> Mapping:
        """The mapping of the two tables that the answers are written to: the codes are already those of the facts."""
        targets = {**INTERVIEW, **LIVING}
        household = [_filling(name, targets[name], title) for name, title in self.household_header.items()]
        members = [_filling(name, MEMBER[name], title) for name, title in self.member_header.items()]
        return Mapping(
            file=self.file, digest=self.digest, name=self.name, source=self.source, survey="",
            geography=self.geography, sheet="", key=KEY,
            interview=tuple(one for one in household if one.name in INTERVIEW),
            living=tuple(one for one in household if one.name in LIVING),
            members=Roster(KEY, LINE, "", tuple(members)),
        )  # fmt: skip


def shipped_for(code: str) -> str:
    """The text of the mapping shipped for a form of this identity, "" when there is none."""
    path = FOLDER / code / "mapping.toml"
    return path.read_text(encoding="utf-8") if re.fullmatch(r"[\w-]+", code) and path.is_file() else ""


def read_form_mapping(text: str, file: str, form: Questionnaire, *, code: str, version: str) -> FormMapping:
    """Read a mapping and hold it against the questions; InputError with the line of what is wrong."""
    top = parse(text, file)
    _check_form(top, code, version)
    household = top.table("household")
    columns = household.table("columns")
    reader = _Reader(form, "")
    answers = {
        **{name: reader.answer(household, name, INTERVIEW[name]) for name in sorted({*household.data} & {*INTERVIEW})},
        **{name: reader.answer(columns, name, LIVING[name]) for name in _known(columns, LIVING)},
    }  # fmt: skip
    mapping = FormMapping(
        file=file,
        digest=hashlib.sha256(f"{code} {version} {text}".encode()).hexdigest(),
        name=top.text("name", pattern=r".{1,120}"),
        source=top.text("source", pattern=r".{1,60}"),
        geography=household.text("geography", default="COD2019"),
        consent=_consent(top, reader),
        household={**_timed(form), **answers, **{name: Answer() for name in GIVEN}},
        members=tuple(_members(table, form) for table in top.tables("members")),
    )
    _check_whole(household, top, mapping)
    household.refuse_others(*INTERVIEW)
    top.refuse_others()
    return mapping


def _timed(form: Questionnaire) -> dict[str, Answer]:
    """When the interview began and ended, of a form that lets the device note it."""
    facts = {"start": "started_at", "end": "ended_at"}
    noted = [item for item in form.questions.values() if item.type in facts and not item.repeat]
    return {facts[item.type]: Answer((item.path,)) for item in noted}


def _check_form(top: Table, code: str, version: str) -> None:
    if (named := top.text("form")) != code:
        raise top.error("form", f"Cette correspondance est celle du questionnaire « {named} », pas de « {code} »",
                        remedy="Donnez la correspondance de ce questionnaire")  # fmt: skip
    versions = top.codes("versions")
    if versions and version not in versions:
        raise top.error(
            "versions", f"Cette correspondance n’est pas relue pour la version « {version} »",
            remedy="Relisez-la, puis ajoutez la version à la liste",
        )  # fmt: skip


def _check_whole(household: Table, top: Table, mapping: FormMapping) -> None:
    if "collected_on" not in mapping.household:
        raise household.error("", "Il manque « collected_on »", remedy="Nommez la question du jour de l’entretien")
    if not {"village", "commune"} & set(mapping.household):
        raise household.error("", "Il manque le lieu", remedy="Nommez la question du village, ou celle de la commune")
    for name in (one for one in GIVEN if one in household.data):
        raise household.error(name, f"« {name} » est donné par l’envoi lui-même", remedy="Retirez cette ligne")
    if not mapping.members:
        raise top.error("", "Il manque les membres", remedy="Ajoutez un bloc [[members]]")


def _members(table: Table, form: Questionnaire) -> MemberSource:
    repeat = ""
    if named := table.text("repeat", default=""):
        found = form.find_repeat(named)
        if len(found) != 1:
            raise table.error("repeat", f"« {named} » n’est pas une répétition de ce questionnaire",
                              remedy=f"Répétitions : {', '.join(form.repeats) or 'aucune'}")  # fmt: skip
        repeat = found[0].path
    columns = table.table("columns")
    reader = _Reader(form, repeat)
    answers = {name: reader.answer(columns, name, MEMBER[name]) for name in _known(columns, MEMBER)}
    for name in REQUIRED_OF_MEMBERS:
        if name not in answers:
            raise columns.error("", f"Il manque « {name} »", remedy=f'Ajoutez {name} = "nom de la question"')
    table.refuse_others()
    return MemberSource(repeat, answers)


def _known(table: Table, targets: Dictionary[str, Target]) -> list[str]:
    for name in table.data:
        if name not in targets:
            close = difflib.get_close_matches(name, targets, n=1)
            remedy = f"Vouliez-vous dire « {close[0]} » ?" if close else f"Noms possibles : {', '.join(targets)}"
            raise table.error(name, f"« {name} » n’est pas un fait connu", remedy=remedy)
    return sorted(table.data)


def _consent(top: Table, reader: _Reader) -> tuple[str, str] | None:
    if "consent" not in top.data:
        return None
    inner = top.table("consent")
    item = reader.question(inner, "column", inner.text("column"))
    answer = inner.text("answer")
    if item.choices and answer not in {choice.name for choice in item.choices}:
        raise inner.error("answer", f"« {answer} » n’est pas un choix de « {item.name} »")
    inner.refuse_others()
    return item.path, answer


class _Reader:
    """Reads what fills a fact, the questions standing in one repeat (or in none)."""

    def __init__(self, form: Questionnaire, repeat: str) -> None:
        self._form, self._repeat = form, repeat

    def answer(self, table: Table, name: str, target: Target) -> Answer:
        said = table.data[name]
        if isinstance(said, str):
            table.text(name)
            return self._answer(table, None, name, target, [said])
        inner = table.table(name)
        if "value" in inner.data:
            found = Answer(value=inner.text("value"))
        else:
            columns = list(inner.codes("columns")) if "columns" in inner.data else [inner.text("column")]
            found = self._answer(table, inner, name, target, columns)
        inner.refuse_others()
        return found

    def question(self, table: Table, key: str, named: str) -> Item:
        """The question of this name that can be read here: outside any repeat, or in this one."""
        everywhere = self._form.find(named)
        found = [item for item in everywhere if item.repeat in ("", self._repeat)]
        found = [item for item in found if item.repeat == self._repeat] or found
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(item.path for item in found)
            raise table.error(key, f"Plusieurs questions se nomment « {named} »", remedy=f"Donnez le chemin : {listed}")
        if everywhere:
            raise table.error(
                key, f"La question « {named} » est dans la répétition « {everywhere[0].repeat} »",
                remedy="Elle a plusieurs réponses : placez-la dans le bloc de cette répétition",
            )  # fmt: skip
        close = difflib.get_close_matches(named, [item.name for item in self._form.questions.values()], n=1)
        remedy = f"Vouliez-vous dire « {close[0]} » ?" if close else "Voyez les noms sur la page du questionnaire"
        raise table.error(key, f"Le questionnaire n’a pas de question « {named} »", remedy=remedy)

    def _answer(self, table: Table, inner: Table | None, name: str, target: Target, columns: list[str]) -> Answer:
        items = [self.question(table, name, column) for column in columns]
        contains = inner.text("contains", default="") if inner else ""
        if contains:
            self._check_contains(table, name, target, items, contains)
        codes, unknown = _codes(table, inner, name, target) if inner else (None, frozenset[str]())
        part = GPS_PARTS.get(name) if items[0].type == "geopoint" else None
        places = inner.flag("places", default=False) if inner else False
        if places and name not in ("commune", "stay_commune"):
            raise table.error(name, "« places » trouve une commune par ses noms", remedy="Réservez-le à commune")
        if not contains and part is None:
            _check_choices(table, name, target, items, codes, unknown)
        join = inner.text("join", default="") if inner and "join" in inner.data else None
        return Answer(tuple(item.path for item in items), "", join, contains, part, places, codes, unknown)

    def _check_contains(self, table: Table, name: str, target: Target, items: list[Item], contains: str) -> None:
        if target.kind != "boolean" or len(items) != 1 or items[0].type not in SELECT_MANY:
            raise table.error(name, "« contains » demande à une question à plusieurs choix si l’un est coché",
                              remedy="Ce fait doit être oui ou non")  # fmt: skip
        if contains not in {choice.name for choice in items[0].choices}:
            raise table.error(name, f"« {contains} » n’est pas un choix de « {items[0].name} »")


def _codes(table: Table, inner: Table, name: str, target: Target) -> tuple[Dictionary[str, str] | None, frozenset[str]]:
    unknown = frozenset(inner.codes("unknown"))
    if "codes" not in inner.data:
        return None, unknown
    allowed = set(target.codes.values()) if target.closed and target.codes else None
    given = inner.table("codes")
    codes: dict[str, str] = {}
    for code, value in given.data.items():
        fits = isinstance(value, bool) if target.kind == "boolean" else type(value) in (str, int, float)
        stored = {True: "oui", False: "non"}[value] if isinstance(value, bool) else str(value)
        if not fits or (allowed is not None and stored not in allowed):
            possible = "true, false" if target.kind == "boolean" else ", ".join(sorted(allowed or []))
            raise table.error(
                name, f"Le code « {code} » donne « {value} », que ce fait ne peut pas prendre",
                remedy=f"Valeurs possibles : {possible}" if possible else "Donnez un texte court",
            )  # fmt: skip
        codes[code] = stored
    return codes, unknown


def _check_choices(
    table: Table, name: str, target: Target, items: list[Item], codes: Dictionary[str, str] | None,
    unknown: frozenset[str],
) -> None:  # fmt: skip
    """Every choice that an enumerator may make is one that the fact understands."""
    choices = {choice.name for item in items if item.type in SELECT_ONE for choice in item.choices} - unknown
    understood = set(codes) if codes is not None else _understood(target)
    if understood is None:
        return
    for choice in sorted(choices):
        if choice not in understood and (codes is not None or choice.casefold() not in understood):
            raise table.error(name, f"Le choix « {choice} » de « {items[0].name} » n’a pas de code",
                              remedy="Ajoutez-le à « codes », ou à « unknown » s’il ne dit rien")  # fmt: skip


def _understood(target: Target) -> set[str] | None:
    if target.closed and target.codes:
        return set(target.codes)
    return {"oui", "non", "yes", "no", "true", "false", "1", "0"} if target.kind == "boolean" else None


def _filling(name: str, target: Target, title: str) -> Filling:
    codes = {code: code for code in set((target.codes or {}).values())} | dict(target.codes or {})
    return Filling(name, target, column=title, codes=codes if target.closed else None)


def _titled(answers: Dictionary[str, Answer]) -> dict[str, str]:
    return _apart({name: answers[name].title or name for name in sorted(answers)})


def _apart(titles: dict[str, str]) -> dict[str, str]:
    """Titles that are all different, none that of the key or the line: two facts may come from one question."""
    found: dict[str, str] = {}
    for name, title in titles.items():
        taken = {KEY, LINE, *found.values()}
        found[name] = title if title not in taken else f"{title} ({name})"
    return found
