"""The field pack of a worksite's days: the grid of each crew, its list, and what the foreman must know."""

from __future__ import annotations

from jigi.delivery.works.models import Timesheet
from jigi.delivery.works.sheets import last_of

INSTRUCTIONS = (
    "Faites l’appel au début et à la fin ; notez à l’encre, un signe par jour.",
    "P présent, D demi-journée, T tâche accomplie, A absent. Une case vide ne se paie pas.",
    "Personne ne travaille pour un autre : un remplaçant a sa propre ligne.",
    "Notez chaque accident le jour même, et les premiers soins.",
    "Le chef d’équipe signe la feuille ; le contrôleur en garde l’original.",
)


def span(sheet: Timesheet) -> str:
    """« du 01/02/2016 au 14/02/2016 »."""
    return f"du {sheet.first_day:%d/%m/%Y} au {last_of(sheet):%d/%m/%Y}"


def code_of(sheet: Timesheet) -> str:
    """What the square of a grid holds: the worksite, the sheet, its first day; nobody's name."""
    return f"CH:{sheet.worksite.code}:{sheet.number}:{sheet.first_day:%Y%m%d}"
