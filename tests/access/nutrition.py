"""The rows of the matrix that speak of the nutrition package.

The world has none: tests/web/test_nutrition.py asks for real ones, by the operator's own people, by another operator's
and by staff.
"""

from __future__ import annotations

from tests.access.asks import Ask, _everywhere, _key

NOBODYS = 999_999
OPEN = {
    "nutrition": "distributions de rations", "nutrition_stock": "stock de farines",
    "nutrition_places": "lieux de stock", "nutrition_acts": "opérations de stock",
    "nutrition_phone": "distribuer au téléphone", "nutrition_phone_who": "qui distribue au téléphone, et où",
}  # fmt: skip
SEEN = {
    "nutrition_contract": "un contrat", "nutrition_census": "le recensement d’un contrat",
    "nutrition_entry": "une personne recensée", "nutrition_distribution": "une distribution",
    "nutrition_handouts": "les remises d’une distribution", "nutrition_take_back": "annuler une remise",
    "nutrition_stop": "la liste d’un village", "nutrition_sheet": "la feuille d’un village",
    "nutrition_table": "le tableau d’un village", "nutrition_act": "une opération de stock", "nutrition_lot": "un lot",
    "nutrition_phone_list": "la liste d’un village, pour un téléphone",
}  # fmt: skip
POSTED = {
    "nutrition_prepare": "préparer une distribution", "nutrition_cook": "noter une démonstration",
    "nutrition_take_register": "recenser depuis le registre", "nutrition_census_file": "recenser d’un fichier",
    "nutrition_screenings": "lire les dépistages", "nutrition_take_sheet": "noter une feuille remplie",
    "nutrition_recall": "rappeler un lot", "nutrition_number": "numéroter la feuille d’un village",
}  # fmt: skip
VERBS = {
    "nutrition_entry_act": ("agir sur une personne recensée", "retirer"),
    "nutrition_distribution_act": ("agir sur une distribution", "liste"),
    "nutrition_act_do": ("contrôler une opération de stock", "controler"),
}
NUTRITION_ASKS: tuple[Ask, ...] = (
    *(Ask(name, f"nutrition : {label}", _everywhere(name)) for name, label in OPEN.items()),
    Ask("nutrition_stock_note", "nutrition : noter du stock", _everywhere("nutrition_stock_note", "arrivee")),
    *(Ask(name, f"nutrition : {label}, de personne", _everywhere(name, NOBODYS)) for name, label in SEEN.items()),
    *(
        Ask(name, f"nutrition : {label}, de personne", _everywhere(name, NOBODYS), sent=_key(motif="essai"))
        for name, label in POSTED.items()
    ),
    Ask("nutrition_uncook", "nutrition : annuler une démonstration, de personne",
        _everywhere("nutrition_uncook", NOBODYS, NOBODYS), sent=_key(motif="essai")),
    *(
        Ask(name, f"nutrition : {label}, de personne", _everywhere(name, NOBODYS, verb), sent=_key(motif="essai"))
        for name, (label, verb) in VERBS.items()
    ),
)  # fmt: skip
