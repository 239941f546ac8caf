"""A commune whose agent prints sheets and takes back those that were signed."""

from __future__ import annotations

from dataclasses import dataclass

from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.intake.models import FormVersion
from jigi.registry.models import Household
from jigi.sheets import actions
from jigi.sheets.models import Printing, Sheet
from jigi.web.sheets import lists
from jigi.web.sheets.printing import pressed
from tests.factories import make_areas, make_households, make_user
from tests.intake.collected import make_form

PAGES = 5
"""Of the shipped questionnaire."""


@dataclass(frozen=True)
class Scene:
    """`agent` holds the first commune, `neighbour` the second; the households are of the first village."""

    agent: User
    neighbour: User
    village: Area
    other_village: Area
    one: Household
    two: Household
    form: FormVersion

    def blank(self, count: int = 1) -> Printing:
        return actions.print_forms(self.form, count=count, pages=PAGES, village=self.village, by=self.agent)

    def begun(self) -> Printing:
        return actions.print_forms(self.form, pages=PAGES, household=self.one, by=self.agent)

    def listed(self, purpose: str = "attendance") -> Printing:
        households = lists.listed(purpose, self.village, by=self.agent)
        pages = lists.pages_of(purpose, households)
        return actions.print_list(purpose, self.village, households=households, pages=pages, by=self.agent)

    def paper(self, printing: Printing) -> bytes:
        return pressed(printing, by=self.agent)

    def sheet(self, printing: Printing) -> Sheet:
        return printing.sheets.order_by("pk")[:1].get()


def make_scene() -> Scene:
    areas = make_areas(communes=2)
    numbers = make_households(2, areas.villages[0])
    one, two = Household.objects.filter(pk__in=numbers).select_related("commune", "village").order_by("pk")
    agent, neighbour = (
        make_user(name, "commune_agent", commune) for name, commune in zip(("awa", "sira"), areas.communes, strict=True)
    )
    village = Area.objects.select_related("parent").get(pk=areas.villages[0].pk)
    other = Area.objects.select_related("parent").get(pk=areas.villages[2].pk)
    return Scene(agent, neighbour, village, other, one, two, make_form())
