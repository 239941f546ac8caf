"""What the report of a household's data says of its complaints: those that it made, and what others set off."""

from __future__ import annotations

from collections.abc import Iterable

from jigi.grievances.models import Act, CaseHousehold
from jigi.registry.models import Household
from jigi.web.formats import day, moment

HEADERS = ("Reçue le", "Numéro", "Sur", "État", "Ce qui a été fait")
TABLES = frozenset({"grievances.CaseHousehold", "grievances.CasePayment", "grievances.Case", "grievances.Act"})
NOTE = "Les plaintes sensibles se demandent à la personne désignée, qui les remet de vive voix."


def rows(household: Household) -> Iterable[list[str]]:
    """Its own ordinary complaints with their numbers; of those that others made, what was done of it, not by whom."""
    own = CaseHousehold.objects.filter(household=household, case__sensitive=False)
    for one in own.select_related("case__category").order_by("case__received_on", "pk"):
        case = one.case
        number = case.said if one.complains else "d’une autre personne"
        yield [day(case.received_on), number, case.category.name, case.get_status_display(), ""]
    for act in Act.objects.filter(household=household, sensitive=False).order_by("pk"):
        yield [moment(act.asked_at), "", act.get_kind_display(), act.get_status_display(), act.result]
