"""A commune with three households, who hears complaints there, who decides, and the two who read the sensitive ones."""

from __future__ import annotations

from dataclasses import dataclass, field

from jigi.foundation.models import User
from jigi.grievances import actions
from jigi.grievances.actions import Heard
from jigi.grievances.models import Case
from jigi.registry.models import Household
from tests.factories import Areas, make_areas, make_households, make_user

TOLD = "L’agent a demandé deux mille francs avant de payer."


@dataclass
class World:
    areas: Areas = field(default_factory=lambda: make_areas(communes=2))

    def __post_init__(self) -> None:
        self.commune = self.areas.communes[0]
        self.households = list(
            Household.objects.filter(pk__in=make_households(3, self.areas.villages[0])).order_by("pk")
        )
        self.officer = make_user("oumou", "grievance_officer", self.commune)
        self.cercle = make_user("coulibaly", "cercle_coordinator", self.areas.cercle)
        self.region = make_user("sissoko", "regional_coordinator", self.areas.region)
        self.country = make_user("keita", "coordinator")
        self.referent = make_user("fanta", "sensitive_case_officer", self.areas.region)
        self.lead = make_user("assetou", "sensitive_case_lead", self.areas.region)

    def heard(self, category: str = "fees_demanded", by: User | None = None, **said: object) -> Case:
        facts = {"channel": "desk", "commune": self.commune, "household": self.households[0], **said}
        return actions.receive(Heard(category, TOLD, **facts), by=by or self.officer)  # type: ignore[arg-type]

    def in_examination(self, category: str = "fees_demanded", by: User | None = None, **said: object) -> Case:
        who = by or self.officer
        case = self.heard(category, by=who, **said)
        actions.acknowledge(case, by=who)
        actions.sort(case, category, by=who)
        actions.examine(case, by=who)
        return case

    def answered(self, **said: object) -> Case:
        case = self.in_examination(**said)  # type: ignore[arg-type]
        actions.propose(case, "founded", "Trois ménages le confirment.", by=self.officer)
        actions.decide(case, "Les frais sont à rendre.", by=self.cercle)
        case.refresh_from_db()
        actions.answer(case, "Appelée : les frais seront rendus.", by=self.officer)
        return case
