"""Two responses to shocks: one that was decided and waits for its lists, one in preparation with places to weigh."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.programmes.actions import load
from jigi.programmes.definition_file import read_definition
from jigi.programmes.models import Agreement
from jigi.response import actions
from jigi.response.models import Arm


def lay(definition: Path) -> None:
    """An emergency programme of its own, and what two people made of it."""
    manager, decider = (User.objects.get(username=name) for name in ("responsable", "coordination"))
    component = load(read_definition(definition), by=manager).programme.components.get()
    agreement = Agreement.objects.get(funding_lines__component=component)
    today = timezone.localdate()
    for number, title in (("REP-1", "Soudure à Kati"), ("REP-2", "Crue du Niger")):
        said = actions.Said(
            number, title, "drought" if number == "REP-1" else "flood", today - timedelta(days=20),
            "Lettre 0123/MSDES du 2 mars", "Plan national de réponse, axe 2", 400_000_000, today,
            today + timedelta(days=120), "Le cadre harmonisé annonce la phase 3 pour la soudure.",
        )  # fmt: skip
        one = actions.prepare(said, agreement, by=manager)
        for code, kept, proposed, why in (
            ("ML0204", True, True, "Le déclencheur le propose, les services techniques le confirment."),
            ("ML0105", False, True, "Le PAM y distribue déjà, d’après le groupe sécurité alimentaire."),
            ("ML0901", True, False, "Déplacés arrivés en avril, que le cadre harmonisé ne compte pas encore."),
        ):  # fmt: skip
            area = Area.objects.filter(code=code, version__code="COD2019").first()
            if area and area.level in ("region", "cercle", "commune"):
                actions.set_area(one, area, kept=kept, proposed=proposed, reason=why, in_need=12_000, by=manager)
        if number == "REP-1":
            actions.ask(one, by=manager)
            actions.activate(one, decision="Décidé par le comité de pilotage du 12 mars.", by=decider)
            Arm.objects.create(activation=one, kind="listing", component=component, places=4_000, made_by=manager)
            actions.write_lesson(one, "Les listes de 2016 étaient vieilles.", action="Les revoir en mars.", by=manager)
            actions.ask_renewal(one, today + timedelta(days=150), reason="La soudure dure", by=manager)
