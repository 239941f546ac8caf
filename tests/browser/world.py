"""`python -m tests.browser.world FOLDER`: a small demonstration, a round paid, the next one awaiting approval."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jigi.site.settings")
django.setup()

from jigi.demo import chain, ground  # noqa: E402
from jigi.payments import actions  # noqa: E402

DEFINITIONS = Path(chain.__file__).resolve().parent.parent / "programmes" / "definitions"


def main(folder: Path) -> None:
    ground.clear()
    staff = ground.people()
    component = chain.load_component(DEFINITIONS / "kita.toml", staff)
    plan = chain.Plan(DEFINITIONS / "kita.toml", 700, 220, 7, None, folder)
    played = chain.Played()
    chain.enrol_population(plan, component, staff, played, chain.Clock(played, print))
    communes = chain.communes_of(component)
    first = actions.open_round(component, 1, communes, by=staff.manager)
    chain.play_round(actions.prepare(first, by=staff.manager), plan, staff)
    second = actions.prepare(actions.open_round(component, 2, communes, by=staff.manager), by=staff.manager)
    actions.freeze(second, by=staff.manager)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
