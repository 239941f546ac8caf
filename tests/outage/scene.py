"""What stands on the machine: a programme whose round is frozen, and people signed in."""

from __future__ import annotations

import json

from jigi.foundation import fence, tables
from jigi.foundation.models import User
from jigi.geography.models import Area
from jigi.payments import actions
from tests.crash.act import signed_in
from tests.factories import make_areas, make_component, make_enrolments, make_households, make_user

PEOPLE = {"prepare": "programme_manager", "approve": "coordinator", "release": "treasurer"}


def build(households: int = 600) -> str:
    """Lay it; the sessions of the people, by name, as JSON."""
    tables.migrate()
    fence.grant()
    areas = make_areas(communes=1, villages_per_commune=1)
    for name, role in PEOPLE.items():
        make_user(name, role)
    component = make_component(areas.communes)
    make_enrolments(component, make_households(households, areas.villages[0]))
    maker = User.objects.get(username="prepare")
    opened = actions.open_round(component, 1, list(Area.objects.filter(level="commune")), by=maker)
    actions.freeze(actions.prepare(opened, by=maker), by=maker)
    return json.dumps({name: signed_in(User.objects.get(username=name)) for name in PEOPLE})
