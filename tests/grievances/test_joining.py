"""The same complaint made twice: told, joined by a person, followed by either number, parted again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from jigi.foundation.errors import Refused
from jigi.grievances import actions, joining, queries
from tests.factories import make_user
from tests.grievances.world import World

pytestmark = pytest.mark.django_db
SAME = "La même femme a rappelé ce matin."


def test_what_may_be_the_same_is_told(world: World) -> None:
    case = world.heard()
    same = world.heard()
    world.heard("fraud")
    world.heard(household=world.households[1])
    world.heard(received_on=date.today() - timedelta(days=40))
    assert list(joining.likely(case, by=world.officer)) == [same]
    assert not joining.likely(case, by=make_user("ailleurs", "grievance_officer", world.areas.communes[1])).exists()


def test_the_same_telephone_tells_it_too(world: World) -> None:
    typed = {"household": None, "name": "Awa", "phone": "76123456"}
    case, same = world.heard(**typed), world.heard(**typed)
    assert list(joining.likely(case, by=world.officer)) == [same]


def test_a_joined_complaint_is_followed_where_the_other_stands(world: World) -> None:
    kept, twice = world.answered(), world.heard()
    joining.join(twice, kept, SAME, by=world.officer)
    assert (twice.status, twice.same_as, twice.due_on) == ("joined", kept, None)
    known = queries.followed(twice.number)
    assert known and (known.number, known.status, known.outcome) == (twice.number, "answered", "fondée")
    assert sum(row["cases"] for row in queries.times(world.officer, twice.received_on, twice.received_on)) == 1


def test_a_joining_is_taken_back_and_has_its_days_again(world: World) -> None:
    kept, twice = world.heard(), world.heard()
    joining.join(twice, kept, SAME, by=world.officer)
    joining.part(twice, "Ce n’était pas la même femme.", by=world.officer)
    assert (twice.status, twice.same_as) == ("received", None) and twice.due_on == kept.due_on
    assert list(twice.events.order_by("pk").values_list("verb", flat=True)) == ["receive", "join", "part"]


def test_a_circle_a_chain_and_a_sensitive_one_are_refused(world: World) -> None:
    one, two, three = world.heard(), world.heard(), world.heard()
    joining.join(one, two, SAME, by=world.officer)
    for case, other in ((two, one), (two, three), (three, one), (three, three)):
        with pytest.raises(Refused):
            joining.join(case, other, SAME, by=world.officer)
    hidden = world.heard("gender_violence", by=world.referent)
    with pytest.raises(Refused):
        joining.join(three, hidden, SAME, by=world.referent)
    with pytest.raises(Refused, match="lui sont jointes"):
        actions.cancel(two, "Saisie deux fois ce matin.", by=world.officer)


def test_what_turns_sensitive_leaves_those_that_were_joined(world: World) -> None:
    kept, twice = world.heard(), world.heard()
    joining.join(twice, kept, SAME, by=world.officer)
    actions.acknowledge(kept, by=world.officer)
    actions.sort(kept, "gender_violence", by=world.officer)
    twice.refresh_from_db()
    assert (twice.status, twice.same_as) == ("received", None)
    assert queries.followed(kept.number) is None
