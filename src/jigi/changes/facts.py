"""What a request may say: every fact and input by its name, read from what a person typed, told back in French.

Values are JSON. A birth is `{"birth_date": …, "birth_precision": …}`; a place, a person, a household its number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from django.db import models

from jigi.changes.rules import CODES, KINDS, RENEWS
from jigi.foundation.cells import as_boolean, as_date, as_decimal, as_integer, clean
from jigi.foundation.errors import Refused
from jigi.foundation.keyring import vault
from jigi.geography import queries as geography
from jigi.geography.models import Area
from jigi.registry import facts as dictionary
from jigi.registry.models import Health, Household, Identifier, LivingConditions, Membership, Person, Phone
from jigi.registry.rows import as_json

MODELS: dict[str, type[models.Model]] = {
    "person": Person, "membership": Membership, "living": LivingConditions, "health": Health, "household": Household,
}  # fmt: skip
OPERANDS = {
    "op.head": ("nouveau chef", "member"),
    "op.new_head": ("chef du nouveau ménage", "member"),
    "op.leaving": ("ceux qui partent", "members"),
    "op.found": ("personne déjà au registre", "found"),
    "op.commune": ("nouvelle commune", "commune"),
    "op.village": ("nouveau village", "village"),
    "op.other": ("autre ménage", "household"),
    "person.birth": ("naissance", "birth"),
    "phone.number": ("téléphone", "phone"),
    "phone.second": ("second téléphone", "phone"),
    "person.father": ("père au registre", "kin"),
    "person.mother": ("mère au registre", "kin"),
    "household.latitude": ("latitude", "degrees"),
    "household.longitude": ("longitude", "degrees"),
}
SEALED = {"phone": "Phone.sealed", "document": "Identifier.sealed"}
OWNERS = {"phone.owner": "à qui est le téléphone", "phone.second_owner": "à qui est le second téléphone"}
BOUNDS = {"household.latitude": (10.0, 25.1), "household.longitude": (-12.3, 4.3)}
"""Degrees between which Mali lies."""

CHOSEN_ELSEWHERE = {"relation": ("head",)}
UNKNOWN = "—"


@dataclass(frozen=True)
class Input:
    """A fact or an operand: its name, its French, what is typed (`type`), and the choices where there are some."""

    code: str
    label: str
    type: str
    choices: tuple[tuple[str, str], ...] = field(default=())
    longest: int = 200

    @property
    def table(self) -> str:
        return self.code.partition(".")[0]

    @property
    def column(self) -> str:
        return self.code.partition(".")[2]

    def read(self, text: str) -> Any:
        """The value of what was typed; None for nothing. Refused, in French, when it is no such value."""
        try:
            said = clean(text)
            value = _READERS[self.type](self, said) if said else None
        except ValueError as error:
            raise Refused(
                f"{self.label.capitalize()} : « {text.strip()[:60]} » {error}", remedy=_HINTS.get(self.type, "")
            ) from None
        return "" if value is None and self._is_text else value

    def shown(self, value: Any, *, clear: bool = True) -> str:
        """A value in French; telephones and documents cut to their end unless `clear`."""
        if value in (None, "", [], {}):
            return UNKNOWN
        if self.type in ("phone", "document") and not clear:
            return f"•••• {str(value)[-2 if self.type == 'phone' else -4 :]}"
        return _WORDS.get(self.type, lambda one, said: str(said))(self, value)

    @property
    def _is_text(self) -> bool:
        return self.type in ("text", "phone", "document") or (self.type == "choice" and self.table in ("person",))


def input_of(code: str) -> Input:
    """The input of a name; KeyError for a name that is none."""
    return _inputs()[code]


def by_label(label: str, *, among: Collection[str]) -> Input | None:
    """The input among these that a person names in French, or by its own name, whatever the case."""
    asked = folded(label)
    found = [one for one in map(input_of, among) if asked in (folded(one.label), one.code, one.column)]
    return found[0] if found else None


def folded(text: str) -> str:
    """A word as it is compared: without case, with the apostrophe of keyboards."""
    return text.strip().casefold().replace("’", "'")


@cache
def renewing() -> Mapping[str, str]:
    """The kind of fact that each item tells anew, by its code; those of health are dated by their own rows."""
    told = dictionary.words(dictionary.DATA / "facts.toml").fields
    found = dict(RENEWS)
    for kind in KINDS.values():
        if not kind.operation and kind.code != "health":
            found |= {code: told[_field(input_of(code))].kind for code in kind.codes}
    return found


def _field(one: Input) -> str:
    """The field of the register that an input sets, as its dictionary names it."""
    if one.table in SEALED:
        return SEALED[one.table]
    return f"{MODELS[one.table].__name__}.{'birth_date' if one.type == 'birth' else one.column}"


@cache
def _inputs() -> dict[str, Input]:
    made = [Input(code, label, kind, longest=120) for code, (label, kind) in OPERANDS.items()]
    for table, model in MODELS.items():
        for one in model._meta.local_fields:
            code = f"{table}.{one.name}"
            if code not in OPERANDS and not one.primary_key and not isinstance(one, models.GeneratedField):
                made.append(_of_column(code, one))
    made += [Input(code, label, "choice", _owners()) for code, label in OWNERS.items()]
    made += [Input(f"document.{kind}", str(label), "document", longest=40) for kind, label in Identifier.Kind.choices]
    return {one.code: one for one in made}


def _owners() -> tuple[tuple[str, str], ...]:
    return tuple((str(code), str(word)) for code, word in Phone.Owner.choices)


def _of_column(code: str, one: models.Field[Any, Any]) -> Input:
    label, name = str(one.verbose_name), one.name
    choices = (
        CODES.get(name, ()) if code.startswith("living.") else tuple((str(c), str(w)) for c, w in one.choices or ())
    )
    choices = tuple((c, w) for c, w in choices if c and c not in CHOSEN_ELSEWHERE.get(name, ()))
    if name in ("stay_commune", "stay_village"):
        return Input(code, label, "commune" if name == "stay_commune" else "village", longest=120)
    if choices:
        return Input(code, label, "choice", choices)
    kinds = (
        (models.BooleanField, "yes"), (models.DateField, "day"), (models.DecimalField, "decimal"),
        (models.IntegerField, "number"),
    )  # fmt: skip
    kind = next((word for made, word in kinds if isinstance(one, made)), "text")
    return Input(code, label, kind, longest=getattr(one, "max_length", None) or 200)


def columns(one: Input, value: Any) -> dict[str, Any]:
    """What the register's verbs are given: columns and the values of the models."""
    if one.type == "birth":
        said = value or {"birth_date": None, "birth_precision": None}
        return {**said, "birth_date": date.fromisoformat(said["birth_date"]) if said["birth_date"] else None}
    if one.type in ("commune", "village"):
        return {f"{one.column}_id": value}
    if one.type == "kin":
        return {f"{one.column}_id": value}
    if one.type == "day":
        return {one.column: date.fromisoformat(value) if value else None}
    if one.type == "decimal":
        return {one.column: as_decimal(value) if value is not None else None}
    return {one.column: value}


def present(one: Input, row: models.Model | None) -> Any:
    """What the register holds now, as JSON."""
    if row is None:
        return "" if one._is_text else None
    if one.type == "birth":
        born = getattr(row, "birth_date")  # noqa: B009
        return {"birth_date": as_json(born), "birth_precision": getattr(row, "birth_precision")} if born else None  # noqa: B009
    name = f"{one.column}_id" if one.type in ("commune", "village", "kin") else one.column
    return as_json(getattr(row, name))


def present_secret(one: Input, person: Person) -> str | None:
    """A member's telephone, its owner or a document, from their loaded rows; "" when they have none (owner: None)."""
    if one.table == "phone":
        held = sorted(person.phones.all(), key=lambda phone: phone.pk)[place_of(one) :]
        if one.type == "choice":
            return held[0].owner if held else None
        return held[0].number if held else ""
    documents = sorted((i for i in person.identifiers.all() if i.kind == one.column), key=lambda found: found.pk)
    return str(documents[0].value) if documents else ""


def place_of(one: Input) -> int:
    """Which telephone of a member an input speaks of: the first or the second, as the register came to know them."""
    return int(one.column.startswith("second"))


# --- what is typed ------------------------------------------------------------------------------------------------


def _choice(one: Input, text: str) -> Any:
    for code, word in one.choices:
        if folded(text) in (folded(code), folded(word)):
            return int(code) if one.table == "health" else code
    raise ValueError("n’est pas un des choix : " + ", ".join(word for _, word in one.choices))


def _text(one: Input, text: str) -> str:
    if len(text) > one.longest:
        raise ValueError(f"dépasse {one.longest} caractères")
    return text


def _number(one: Input, text: str) -> int:
    value = as_integer(text)
    if not 0 <= value <= 30_000:
        raise ValueError("doit être entre 0 et 30 000")
    return value


def _decimal(one: Input, text: str) -> str:
    value = as_decimal(text)
    if not 0 <= value < 100_000:
        raise ValueError("doit être entre 0 et 100 000")
    return str(value.quantize(as_decimal("0.01")))


def _day(one: Input, text: str) -> str:
    said = as_date(text)
    if said.precision != "day":
        raise ValueError("n’est pas un jour entier")
    return said.day.isoformat()


def _birth(one: Input, text: str) -> dict[str, str]:
    said = as_date(text)
    if said.day > date.today():
        raise ValueError("est dans l’avenir")
    return {"birth_date": said.day.isoformat(), "birth_precision": said.precision}


def _degrees(one: Input, text: str) -> float:
    value, (least, most) = float(as_decimal(text)), BOUNDS[one.code]
    if not least <= value <= most:
        raise ValueError("n’est pas au Mali")
    return round(value, 6)


def found_person(text: str) -> Person:
    """The person that a NINA, or an RSU number and a line (« 4827-1930-66/3 »), designates; ValueError for nobody."""
    bare = re.sub(r"[\s.\-]", "", text).upper()
    if line := re.fullmatch(r"(\d{10})/(\d{1,3})", bare):
        at = Membership.objects.filter(household__rsu_number=line[1], line=int(line[2]), ended_on__isnull=True)
        member = at.select_related("person").first()
        found = member.person if member else None
    else:
        held = Identifier.objects.filter(kind="nina", value_index=vault().index("document", bare))
        holder = held.select_related("person").first()
        found = holder.person if holder else None
    if found is None:
        raise ValueError("ne désigne personne du registre")
    return found


def _phone(one: Input, text: str) -> str:
    digits = re.sub(r"[\s.\-()]", "", text).removeprefix("+").removeprefix("00").removeprefix("223")
    if not re.fullmatch(r"[2-9]\d{7}", digits):
        raise ValueError("n’est pas un téléphone du Mali")
    return f"+223{digits}"


def _document(one: Input, text: str) -> str:
    bare = re.sub(r"[\s.\-]", "", text).upper()
    if one.column == "nina" and not re.fullmatch(r"\d{14}[A-Z]", bare):
        raise ValueError("n’est pas un NINA")
    return _text(one, bare)


def _place(one: Input, text: str) -> int:
    level = Area.Level.COMMUNE if one.type == "commune" else Area.Level.VILLAGE
    version = geography.version_in_use()
    found = [area for area in geography.designated(text, version) if area.level == level] if version else []
    if not found:
        raise ValueError(f"n’est pas {'une commune connue' if one.type == 'commune' else 'un village connu'}")
    if len(found) > 1:
        codes = ", ".join(area.code for area in found[:5])
        raise ValueError(f"est le nom de plusieurs lieux ({codes}) : donnez le code")
    return found[0].pk


_READERS: dict[str, Callable[[Input, str], Any]] = {
    "text": _text, "choice": _choice, "number": _number, "decimal": _decimal, "day": _day, "birth": _birth,
    "phone": _phone, "document": _document, "commune": _place, "village": _place,
    "yes": lambda one, text: as_boolean(text),
    "member": lambda one, text: as_integer(text),
    "members": lambda one, text: [as_integer(part) for part in text.split(",")],
    "found": lambda one, text: found_person(text).pk,
    "kin": lambda one, text: found_person(text).pk,
    "degrees": _degrees,
    "household": lambda one, text: text,
}  # fmt: skip
_HINTS = {
    "found": "Donnez un NINA, ou un numéro RSU et une ligne : 4827-1930-66/3.",
    "kin": "Donnez un NINA, ou un numéro RSU et une ligne : 4827-1930-66/3.",
    "degrees": "Écrivez des degrés décimaux, par exemple 12,6392 et -8,0029.",
    "birth": "Écrivez 12/05/2015, 05/2015, 2015 ou vers 1985.",
    "day": "Écrivez par exemple 31/01/2026.",
    "phone": "Huit chiffres, avec ou sans +223.",
    "document": "Pour un NINA : quatorze chiffres et une lettre.",
    "commune": "Écrivez son nom ou son code, par exemple ML010501.",
    "village": "Écrivez son nom ou son code.",
    "yes": "Écrivez oui ou non.",
}


# --- what is shown --------------------------------------------------------------------------------------------------


def _birth_words(one: Input, value: Mapping[str, str]) -> str:
    return Person(birth_date=date.fromisoformat(value["birth_date"]), birth_precision=value["birth_precision"]).birth


def _choice_word(one: Input, value: Any) -> str:
    return dict(one.choices).get(str(value), str(value))


def _persons(one: Input, value: Any) -> str:
    numbers = value if isinstance(value, list) else [value]
    return ", ".join(map(str, Person.objects.filter(pk__in=numbers).order_by("pk"))) or UNKNOWN


_WORDS: dict[str, Callable[[Input, Any], str]] = {
    "choice": _choice_word,
    "birth": _birth_words,
    "yes": lambda one, value: "oui" if value else "non",
    "day": lambda one, value: f"{date.fromisoformat(value):%d/%m/%Y}",
    "decimal": lambda one, value: str(value).replace(".", ","),
    "commune": lambda one, value: str(Area.objects.filter(pk=value).first() or UNKNOWN),
    "village": lambda one, value: str(Area.objects.filter(pk=value).first() or UNKNOWN),
    "member": _persons,
    "members": _persons,
    "found": _persons,
    "kin": _persons,
    "degrees": lambda one, value: f"{value:.6f}".replace(".", ","),
}
