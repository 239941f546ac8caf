"""Living conditions in words: the typed columns that targeting reads, by subject."""

from __future__ import annotations

from django.db.models import Field

from jigi.registry.models import LivingConditions
from jigi.web.formats import number

SUBJECTS = {
    "Composition": "household_size children_under_5 children_under_15 active_adults wives head_age head_sex"
    " head_education head_occupation",
    "Moyens d’existence": "livelihood land_ha plough cart cattle sheep_goats donkeys camels poultry",
    "Logement": "dwelling_status rooms wall roof floor water toilet lighting cooking_fuel urban",
    "Biens": "motorcycle bicycle mobile_phone radio television",
    "Alimentation": "meals_per_day fcs rcsi",
}

WORDS = {
    "true": "oui", "false": "non", "none": "aucun", "M": "homme", "F": "femme",
    "koranic": "coranique", "literate": "sait lire", "primary": "primaire", "secondary": "secondaire",
    "higher": "supérieur",
    "farming": "agriculture", "agropastoral": "agriculture et élevage", "pastoral": "élevage",
    "fishing": "pêche", "trade": "commerce", "wage": "salaire", "craft": "artisanat", "aid": "aide",
    "farmer": "cultivateur", "herder": "éleveur", "fisher": "pêcheur", "trader": "commerçant",
    "employee": "salarié", "craftsman": "artisan", "homemaker": "ménagère",
    "owner": "propriétaire", "tenant": "locataire", "lodged": "hébergé",
    "thatch": "chaume", "banco": "banco", "sheet": "tôle", "concrete": "béton", "semi_hard": "semi-dur",
    "earth": "terre", "cement": "ciment", "tile": "carreaux",
    "tap": "robinet", "borehole": "forage", "improved_well": "puits aménagé",
    "open_well": "puits non aménagé", "surface": "eau de surface",
    "open_pit": "fosse ouverte", "latrine": "latrine", "flush": "chasse d’eau",
    "torch": "torche", "solar": "solaire", "grid": "réseau", "kerosene": "pétrole",
    "wood": "bois", "charcoal": "charbon", "gas": "gaz", "dung": "bouse",
}  # fmt: skip


def in_words(conditions: LivingConditions) -> list[tuple[str, list[tuple[str, str]]]]:
    """(subject, [(what, value)]) for all that is known; subjects of which nothing is known are left out."""
    subjects = []
    for subject, names in SUBJECTS.items():
        known = [
            (label_of(name), word(getattr(conditions, name)))
            for name in names.split()
            if getattr(conditions, name) is not None
        ]
        if known:
            subjects.append((subject, known))
    return subjects


def label_of(column: str) -> str:
    """The French name of a living condition."""
    field = LivingConditions._meta.get_field(column)
    assert isinstance(field, Field)
    return str(field.verbose_name)


def word(value: object) -> str:
    """A value of a living condition in French."""
    match value:
        case bool():
            return "oui" if value else "non"
        case str():
            return WORDS.get(value, value)
        case int():
            return number(value)
        case _:
            return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")
