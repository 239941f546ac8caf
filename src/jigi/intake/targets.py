"""What a mapping may fill: each fact with its kind, its bounds and its codes.

The living conditions are those of `registry.LivingConditions`; a test holds the two lists together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "integer", "rounded", "decimal", "real", "boolean", "text", "code", "date", "moment", "birth", "phone", "nina"
]  # fmt: skip

LARGEST_SMALL = 32_767


@dataclass(frozen=True)
class Target:
    """One fact. `codes`: what is written in the file when the mapping gives no codes -> what is stored.

    `closed`: whether only the stored values of `codes` are accepted. `length` bounds texts and codes.
    """

    kind: Kind
    minimum: float = 0
    maximum: float = LARGEST_SMALL
    length: int = 16
    codes: Mapping[str, str] | None = None
    closed: bool = False
    required: bool = False
    named: bool = False
    """A name of a person or a place: there is a letter in it."""
    unique: bool = False
    """Rarely the same in two rows."""
    restricted: bool = False
    """Of a person's health: a problem does not repeat it."""


def _one_of(*codes: str) -> Target:
    """A category of the register: these codes only (a survey keeps its own)."""
    return Target("code", codes={code: code for code in codes}, closed=True)


def _closed(required: bool = False, **words: str) -> Target:
    """Codes of a member, with the French words understood without a mapping of codes."""
    codes = {word.strip().casefold(): code for code, said in words.items() for word in [code, *said.split(",")]}
    return Target("code", codes=codes, closed=True, required=required)


_COUNT = Target("integer", maximum=150)
_HERD = Target("integer", maximum=100_000)
_FLAG = Target("boolean")
_SCORE = Target("real", minimum=-1e9, maximum=1e9)

LIVING: dict[str, Target] = {
    "household_size": Target("integer", minimum=1, maximum=200),
    "children_under_5": _COUNT,
    "children_under_15": _COUNT,
    "active_adults": _COUNT,
    "wives": Target("integer", maximum=20),
    "head_age": Target("integer", minimum=8, maximum=120),
    "head_sex": Target("code", length=4),
    "head_education": _one_of("none", "koranic", "literate", "primary", "secondary", "higher"),
    "head_occupation": Target("code"),
    "livelihood": _one_of("farming", "agropastoral", "pastoral", "fishing", "trade", "wage", "craft", "aid", "none"),
    "stratum": Target("code"),
    "zone": Target("code"),
    "urban": _FLAG,
    "dwelling_status": Target("code"),
    "wall": Target("code"),
    "roof": _one_of("thatch", "banco", "sheet", "concrete"),
    "floor": Target("code"),
    "water": _one_of("tap", "borehole", "improved_well", "open_well", "surface"),
    "toilet": _one_of("none", "open_pit", "latrine", "flush"),
    "lighting": _one_of("torch", "solar", "grid", "kerosene"),
    "cooking_fuel": _one_of("wood", "charcoal", "gas", "dung"),
    "rooms": Target("integer", maximum=100),
    "meals_per_day": Target("integer", maximum=10),
    "fcs": Target("integer", maximum=112),
    "rcsi": Target("integer", maximum=56),
    "hdds": Target("integer", maximum=12),
    "plough": _FLAG,
    "cart": _FLAG,
    "motorcycle": _FLAG,
    "bicycle": _FLAG,
    "mobile_phone": _FLAG,
    "radio": _FLAG,
    "television": _FLAG,
    "land_ha": Target("decimal", maximum=9_999),
    "cattle": _HERD,
    "sheep_goats": _HERD,
    "donkeys": _HERD,
    "camels": _HERD,
    "poultry": _HERD,
    "housing_score": _SCORE,
    "education_score": _SCORE,
    "health_score": _SCORE,
}

SURVEY_ONLY: dict[str, Target] = {
    "cluster": Target("text", length=40),
    "weight": Target("real", maximum=1e9),
    "consumption_xof": Target("rounded", maximum=1e12),
}

INTERVIEW: dict[str, Target] = {
    "collected_on": Target("date"),
    "collector": Target("text", length=60),
    "village": Target("text", length=30),
    "commune": Target("text", length=30),
    "latitude": Target("real", minimum=-90, maximum=90),
    "longitude": Target("real", minimum=-180, maximum=180),
    "started_at": Target("moment", unique=True),
    "ended_at": Target("moment", unique=True),
    "form_version": Target("text", length=40),
    "situation": _closed(
        resident="résident,residente,résidente",
        displaced="déplacé,deplace,déplacé interne,pdi",
        returned="retourné,retourne,rapatrié",
        pastoral="pasteur,transhumant,nomade",
    ),
    "stay_village": Target("text", length=30),
    "stay_commune": Target("text", length=30),
    "stayed_since": Target("date"),
}

_DIFFICULTY = Target("integer", minimum=1, maximum=4, restricted=True)
"""Washington Group: 1 none, 2 some, 3 a lot, 4 cannot at all."""

HEALTH: dict[str, Target] = {
    "seeing": _DIFFICULTY,
    "hearing": _DIFFICULTY,
    "walking": _DIFFICULTY,
    "remembering": _DIFFICULTY,
    "self_care": _DIFFICULTY,
    "communicating": _DIFFICULTY,
    "chronic_illness": Target("boolean", restricted=True),
    "due_on": Target("date", restricted=True),
    "breastfeeding_since": Target("date", restricted=True),
}

MEMBER: dict[str, Target] = {
    "given_names": Target("text", length=80, required=True, named=True),
    "surname": Target("text", length=80, required=True, named=True),
    "nickname": Target("text", length=60),
    "sex": _closed(True, M="h,homme,masculin,male", F="femme,féminin,feminin,female"),
    "birth_date": Target("birth"),
    "birth_precision": _closed(day="jour", month="mois", year="année,annee", about="environ,né vers,vers"),
    "relation": _closed(
        True,
        head="chef,chef de ménage",
        spouse="conjoint,conjointe,épouse,epouse,époux,epoux",
        child="enfant,fils,fille",
        fostered="enfant confié,confié,confie,confiée",
        parent="père,mère,père ou mère",
        sibling="frère,sœur,soeur,frère ou sœur",
        grandchild="petit-enfant,petit-fils,petite-fille",
        other_kin="autre parent",
        unrelated="sans lien",
    ),
    "spouse_rank": Target("integer", minimum=1, maximum=20),
    "absent": _FLAG,
    "mother_line": Target("integer", minimum=1),
    "father_line": Target("integer", minimum=1),
    "father_name": Target("text", length=120),
    "mother_name": Target("text", length=120),
    "phone": Target("phone", unique=True),
    "phone_owner": _closed(self="soi,soi-même", spouse="conjoint,conjointe", kin="parent", neighbour="voisin,voisine"),
    "nina": Target("nina", unique=True),
    "unit": Target("integer", minimum=1, maximum=20),
    "absent_since": Target("date"),
    "education": _closed(
        none="aucune,aucun,sans",
        koranic="coranique,école coranique",
        literate="alphabétisation,alphabétisé,alphabetise",
        primary="primaire",
        secondary="secondaire",
        higher="supérieur,supérieure,superieur",
    ),
    "in_school": _FLAG,
    "occupation": _closed(
        farmer="cultivateur,agriculteur,cultivatrice",
        herder="éleveur,eleveur,éleveuse",
        fisher="pêcheur,pecheur",
        trader="commerçant,commercant,commerçante",
        craft="artisan,artisane",
        labourer="journalier,journalière,manœuvre",
        employee="salarié,salarie,salariée",
        domestic="travail domestique,ménagère,menagere",
        student="élève,eleve,étudiant,étudiante",
        none="sans,sans occupation",
    ),
    **HEALTH,
    "role": _closed(recipient="allocataire,bénéficiaire", alternate="suppléant,suppleant"),
}

ROSTER_LINE = Target("integer", minimum=1, required=True)
KEY = Target("text", length=80, required=True, unique=True)
