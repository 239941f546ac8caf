"""Tools, accidents, progress with photographs, trees counted, the handover."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connection
from PIL import Image

from jigi.delivery.works import actions, hiring, log, queries
from jigi.delivery.works.models import Presence, WorkPhoto
from jigi.foundation.bulk import run_sql
from jigi.foundation.errors import InputError, Refused
from tests.delivery.works_scene import START, Works, running
from tests.kept import Kept, once
from tests.payments.lying import refusal

pytestmark = pytest.mark.django_db
COMMITTEE = [
    {"name": "Moussa Traoré", "woman": False, "office": "president"},
    {"name": "Awa Diarra", "woman": True, "office": "treasurer"},
    {"name": "Ali Keïta", "woman": False, "office": "member"},
]


def _works(folder: Path) -> Works:
    return running(2)


works_once = once("works", _works)


@pytest.fixture
def works(works_once: Kept[Works], db: None) -> Works:
    return works_once.copy()


def photo() -> bytes:
    kept = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "la maison d’Awa"
    Image.new("RGB", (3000, 2000), "tan").save(kept, "JPEG", exif=exif)
    return kept.getvalue()


def test_tools_go_out_and_come_back(works: Works) -> None:
    issue = log.issue_tools(works.crew, "shovel", 10, START, by=works.scene.agent)
    log.take_tools_back(issue, returned=7, broken=1, by=works.scene.agent)
    assert issue.out == 2
    with pytest.raises(Refused, match="10 outils"):
        log.take_tools_back(issue, returned=9, lost=2, by=works.scene.agent)
    lie = "UPDATE delivery_toolissue SET returned = 11"
    assert refusal(lie).constraint_name == "tools_come_back_once"


def test_an_accident_says_what_was_done(works: Works) -> None:
    worker = works.workers[0]
    told = log.report_accident(
        works.worksite, START, "care", "une pierre sur le pied", "lavé, bandé", worker=worker,
        taken_to="CSCom de Badia", days_lost=3, by=works.scene.agent,
    )  # fmt: skip
    assert (told.household_id, told.person_id) == (worker.household_id, worker.person_id)
    with pytest.raises(Refused, match="conduite"):
        log.report_accident(works.worksite, START, "grave", "chute", "immobilisé", by=works.scene.agent)
    log.withdraw_accident(told, reason="noté deux fois", by=works.scene.agent)
    lie = "UPDATE delivery_workaccident SET person_id = NULL"
    assert refusal(lie).constraint_name == "accident_of_a_worker_or_nobody"


def test_progress_is_photographed_and_confirmed_by_another(works: Works) -> None:
    found = log.record_progress(works.worksite, START, 500, [photo()], by=works.scene.agent)
    kept = Image.open(BytesIO(WorkPhoto.objects.get().content))
    assert max(kept.size) == 1280 and not kept.getexif()
    log.record_progress(works.worksite, START, 450, [photo()], by=works.scene.agent)  # corrected, same photograph
    found.refresh_from_db()
    assert (found.done, found.photos.count()) == (450, 1)
    with pytest.raises(Refused):
        log.confirm_progress(found, by=works.scene.agent)
    log.confirm_progress(found, by=works.scene.controller)
    with pytest.raises(Refused, match="déjà"):
        log.record_progress(works.worksite, START, 900, by=works.scene.agent)


def test_a_file_that_is_no_photograph_is_refused(works: Works) -> None:
    with pytest.raises(InputError, match="image"):
        log.record_progress(works.worksite, START, 1, [b"%PDF-1.7"], by=works.scene.agent)


def test_trees_alive_at_twelve_months_are_the_survival(works: Works) -> None:
    log.count_trees(works.worksite, date(2016, 8, 1), 1000, 950, by=works.scene.agent)
    assert log.survival_percent(works.worksite) is None
    log.count_trees(works.worksite, date(2017, 6, 30), 1000, 715, by=works.scene.agent)
    assert log.survival_percent(works.worksite) == 71
    with pytest.raises(Refused):
        log.count_trees(works.worksite, date(2017, 7, 1), 10, 11, by=works.scene.agent)


def test_a_work_is_handed_over_with_its_committee(works: Works) -> None:
    done = log.record_progress(works.worksite, START, 20_000, by=works.scene.agent)
    actions.finish(works.worksite, by=works.scene.agent)
    with pytest.raises(Refused, match="contrôlé"):
        log.hand_over(works.worksite, START, "le maire", COMMITTEE, by=works.scene.decider)
    log.confirm_progress(done, by=works.scene.controller)
    with pytest.raises(Refused, match="une femme"):
        log.hand_over(works.worksite, START, "le maire", COMMITTEE[:1] * 3, by=works.scene.decider)
    log.hand_over(works.worksite, START, "le maire", COMMITTEE, by=works.scene.decider)
    assert works.worksite.status == "handed" and works.worksite.committee.count() == 3


def test_events_and_figures_are_those_of_who_sees(works: Works) -> None:
    works.approved({1: "PPPPPPP", 2: "PPDAA.."})
    told = queries.figures(works.worksite)
    assert (told.workers, told.half_days, told.amount_xof) == (2, 19, 19_000)
    (event,) = queries.events_of(works.scene.agent, [works.scene.commune], date(2016, 2, 3), date(2016, 2, 29))
    assert event.day == date(2016, 2, 3) and event.held
    assert queries.events_of(works.second, [], date(2016, 2, 1), date(2016, 2, 29)) == []
    days = queries.days_of(works.scene.components["HIMO"].pk, date(2016, 1, 1), date(2016, 12, 31))
    assert (days["half_days"], days["persons"], days["amount_xof"]) == (19, 2, 19_000)


def test_an_erasure_takes_the_words_and_leaves_the_days(works: Works) -> None:
    worker = works.workers[0]
    works.approved({1: "PP", 2: "PP"})
    told = log.report_accident(works.worksite, START, "light", "chute", "repos", worker=worker, by=works.scene.agent)
    hiring.leave(worker, last_day=START.replace(day=3), reason="malade", by=works.scene.agent)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE erased_household ON COMMIT DROP AS SELECT 0::bigint AS id")
        cursor.execute(
            "CREATE TEMPORARY TABLE erased_person ON COMMIT DROP AS SELECT %s::bigint AS id", [worker.person_id]
        )
    assert run_sql("protection", "erase_accidents") == run_sql("protection", "erase_departures") == 1
    told.refresh_from_db()
    worker.refresh_from_db()
    assert (told.description, told.first_aid, worker.end_reason) == ("effacé",) * 3
    assert Presence.objects.filter(worker=worker).count() == 2
