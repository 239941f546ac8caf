"""What pyxform says of a form, in French: where (sheet, row, column), what is wrong, what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from jigi.foundation.errors import InputError

_ROW = re.compile(r"\[row : (\d+)\]")
_SHEET = re.compile(r"'(survey|choices|settings|entities|external_choices)' sheet")
_COLUMN = re.compile(r"the '([\w:.-]+)' value")
_TYPE = re.compile(r"Unknown question type '(?P<type>[^']+)'")
_LIST = re.compile(r"List name not in choices sheet: (?P<list>.+)")


@dataclass(frozen=True)
class _Saying:
    pattern: re.Pattern[str]
    what: str
    remedy: str
    sheet: str = ""
    column: str = ""


_SAYINGS = (
    _Saying(
        re.compile(r"Could not\s+find the name '(?P<name>[^']*)'|There has been a problem .*\$\{(?P<other>[^}]*)\}"),
        "Une formule nomme la question « {name} », qui n’existe pas",
        "Corrigez le nom entre ${{ }}, ou ajoutez la question",
    ),
    _Saying(
        re.compile(r"names must be unique anywhere in the 'survey'. The name\s+'(?P<name>[^']*)' appears more"),
        "Une formule nomme « {name} », que plusieurs questions portent",
        "Donnez à chacune un nom à elle",
    ),
    _Saying(
        re.compile(r"Reference variables must start"),
        "Une formule est mal écrite",
        "Une question se nomme ${{nom}}, avec ses deux accolades",
    ),
    _Saying(
        re.compile(r"'name' value '(?P<name>[^']*)' is invalid. (?:Questions|Repeat names must unique)"),
        "Le nom « {name} » est donné deux fois dans le même groupe",
        "Donnez un autre nom à l’une des deux questions",
    ),
    _Saying(
        re.compile(r"Names must begin with a letter or underscore"),
        "Un nom n’est pas permis",
        "Un nom commence par une lettre, puis des lettres, chiffres, tirets ou points, sans espace",
        column="name",
    ),
    _Saying(
        re.compile(r"Unmatched 'end_(?P<kind>\w+)'|Unmatched end statement"),
        "Une fin de groupe ou de répétition n’a pas de début",
        "Ajoutez la ligne « begin », ou retirez la ligne « end »",
        sheet="survey",
        column="type",
    ),
    _Saying(
        re.compile(r"Unmatched 'begin_(?P<kind>\w+)'.*for the name '(?P<name>[^']*)'|Unmatched begin statement"),
        "Le groupe ou la répétition « {name} » n’est pas fermé",
        "Ajoutez la ligne « end » après sa dernière question",
        sheet="survey",
        column="type",
    ),
    _Saying(
        _TYPE,
        "Le type de question « {type} » est inconnu",
        "Types courants : text, integer, decimal, date, select_one LISTE, select_multiple LISTE, geopoint, image, note,"
        " calculate",
        sheet="survey",
        column="type",
    ),
    _Saying(
        _LIST,
        "La liste de choix « {list} » n’est pas dans la feuille choices",
        "Ajoutez ses choix, ou corrigez son nom après select_one",
        sheet="survey",
        column="type",
    ),
    _Saying(
        re.compile(r"Missing calculation"),
        "Une question « calculate » n’a pas de formule",
        "Remplissez la colonne calculation",
        sheet="survey",
        column="calculation",
    ),
    _Saying(
        re.compile(r"has no (?:label|name)|Question or group with no name|Question with no type|Choices should have"),
        "Il manque un nom, un type ou un libellé",
        "Remplissez les colonnes type, name et label de cette ligne",
    ),
    _Saying(
        re.compile(r"Choices must have a name"),
        "Un choix n’a pas de nom",
        "Remplissez la colonne name",
        sheet="choices",
        column="name",
    ),
    _Saying(
        re.compile(r"Choice names must be unique"),
        "Deux choix d’une liste ont le même nom",
        "Donnez à chacun un nom à lui",
        sheet="choices",
        column="name",
    ),
    _Saying(
        re.compile(r"required column\s+headers were not found: (?P<missing>[^.]*)"),
        "Il manque une colonne : {missing}",
        "La première ligne de chaque feuille donne les noms des colonnes",
    ),
    _Saying(
        re.compile(r"different\s+names for the same column were found: '(?P<one>[^']*)', '(?P<two>[^']*)'"),
        "Les colonnes « {one} » et « {two} » disent la même chose",
        "Gardez l’une des deux",
    ),
    _Saying(
        re.compile(r"'parameters' value is invalid"),
        "Les paramètres ne sont pas permis pour ce type de question",
        "Corrigez ou videz la colonne parameters",
        column="parameters",
    ),
    _Saying(
        re.compile(r"(?:There should be a choices sheet|sheet named 'choices')"),
        "Des questions ont des choix, mais la feuille choices manque",
        "Ajoutez une feuille choices avec les colonnes list_name, name et label",
    ),
)

_WARNINGS = (
    (re.compile(r"max-pixels"), "la photographie sera envoyée en pleine taille : max-pixels la réduirait"),
    (re.compile(r"has no label|no label"), "une question ou un groupe n’a pas de libellé"),
    (re.compile(r"case-insensitive"), "deux noms ne diffèrent que par leurs majuscules"),
    (re.compile(r"disabled"), "la ligne est désactivée"),
    (re.compile(r"form_id"), "l’identifiant vient du nom du fichier"),
    (re.compile(r"Multiple|language|translation", re.IGNORECASE), "une traduction est incomplète"),
)


def in_french(said: str, file_name: str, *, row_of_type: Mapping[str, int] | None = None) -> InputError:
    """The refusal of a form; what pyxform says and nobody has translated is quoted as the reason.

    `row_of_type` gives the row of a type that is said without its row.
    """
    saying = next((one for one in _SAYINGS if one.pattern.search(said)), None)
    found = saying.pattern.search(said) if saying else None
    words = {name: value or "?" for name, value in (found.groupdict() if found else {}).items()}
    row, sheet, column = _ROW.search(said), _SHEET.search(said), _COLUMN.search(said)
    named = sheet[1] if sheet else saying.sheet if saying else ""
    what = saying.what.format_map(_Words(words)) if saying else "Le questionnaire ne peut pas être compris"
    return InputError(
        f"Feuille {named} : {what[0].lower()}{what[1:]}" if named else what,
        file=file_name,
        line=int(row[1]) if row else (row_of_type or {}).get(words.get("type", "")),
        column=column[1] if column else saying.column if saying else "",
        why=f"Le convertisseur dit, en anglais : « {said[:300]} »" if said and not saying else "",
        remedy=saying.remedy.format() if saying else "Corrigez la feuille, puis chargez-la de nouveau",
    )


def warning_in_french(said: str) -> str:
    """A remark of pyxform, with its row."""
    row = _ROW.search(said)
    told = next((french for pattern, french in _WARNINGS if pattern.search(said)), said)
    return f"Feuille survey, ligne {row[1]} : {told}" if row else told


class _Words(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"
