"""`python -m tests.browser.pay_point_world`: recipients to pay by hand, with cards, and two cashiers."""

from __future__ import annotations

import json
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jigi.site.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from jigi.demo.ground import PASSWORD  # noqa: E402
from jigi.enrolment import cards  # noqa: E402
from jigi.enrolment.models import Enrolment  # noqa: E402
from jigi.geography.installation import ensure_account  # noqa: E402
from jigi.payments import site_plans  # noqa: E402
from tests.factories import make_households, make_village  # noqa: E402
from tests.payments.scene import stage  # noqa: E402

VILLAGE = 90
"""Beside the villages of the demonstration."""


def main() -> None:
    scene = stage(code="sites", communes=("ML010502",))
    scene.enrol(make_households(8, make_village(scene.communes[0], VILLAGE)))
    first, second = Enrolment.objects.filter(component=scene.component).order_by("pk")[:2]
    Enrolment.objects.filter(pk=first.pk).update(alternate=second.recipient_id)
    for name in ("caisse", "caisse2"):
        user = ensure_account(name, f"Caisse {name}", "agency_user", password=PASSWORD, is_demonstration=True)
        user.staff_postings.update(organisation=scene.agency.code)
    commune = scene.communes[0]
    cards.issue(scene.component, commune, by=scene.maker)
    printed = cards.to_print(scene.component, commune, by=scene.maker)
    released = scene.released()
    site_plans.plan(released, scene.agency, first_day=timezone.localdate(), capacity=150, by=scene.officer)
    told = [{"text": one.text, "code": one.code, "rsu": one.rsu_number, "name": one.recipient} for one in printed]
    print(json.dumps({"round": released.pk, "agency": scene.agency.pk, "cards": told}))


if __name__ == "__main__":
    main()
