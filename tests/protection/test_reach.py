"""How far an erasure reaches: every column, what was merged, the fiche and the papers that tell of one person."""

from __future__ import annotations

from pathlib import Path

import pytest

from jigi.intake.models import Attachment, Batch, Correction, FormVersion, Problem, Submission, SubmissionConflict
from jigi.protection import actions
from jigi.registry.models import Household, Person
from jigi.sheets.models import Scan, ScannedPage
from tests.factories import make_households, make_village
from tests.intake.collected import make_form
from tests.kept import Kept, once
from tests.protection.people import GIVEN, World, accepted, erased, leave, make_world

pytestmark = pytest.mark.django_db


def _world(tmp_path: Path) -> World:
    return make_world(tmp_path)


world_once = once("world", _world)


@pytest.fixture
def world(world_once: Kept[World], db: None) -> World:
    return world_once.copy()


EMPTIED = {
    "household": "head_name village longitude latitude stay_commune stay_village stayed_since source_key status",
    "person": "given_names surname nickname given_key other_key nickname_key surname_key birth_date birth_precision"
    " father_name mother_name died_on education in_school occupation",
}
KEPT = {
    "household": "id rsu_number commune situation size merged_into split_from source form_version content_hash"
    " collected_on collector batch_id registered_at recorded_at",
    "person": "id commune sex father mother recorded_at",
}
FULL = {
    "household": {"stay_commune_id": "commune", "stay_village_id": "village", "stayed_since": "2016-01-01"},
    "person": {"education": "primary", "in_school": True, "occupation": "craft", "died_on": "2020-01-01"},
}
"""What `make_world` leaves empty: a value, or the field of the household whose value it takes."""


def test_every_column_is_emptied_or_kept_for_a_reason(world: World) -> None:
    one = world.household
    places = {name: getattr(one, f"{place}_id") for name, place in FULL["household"].items() if "_id" in name}
    Household.objects.filter(pk=one.pk).update(**{**FULL["household"], **places})
    Person.objects.filter(pk=world.person.pk).update(**FULL["person"], given_names=f"{GIVEN} Bê")
    rows = {"household": Household.objects.filter(pk=one.pk), "person": Person.objects.filter(pk=world.person.pk)}
    before = {table: found.values().get() for table, found in rows.items()}
    erased(world)
    for table, found in rows.items():
        fields = found.model._meta.concrete_fields
        assert {one.name for one in fields} == {*EMPTIED[table].split(), *KEPT[table].split()}
        after = found.values().get()
        changed = {one.name for one in fields if after[one.attname] != before[table][one.attname]}
        assert changed - {"recorded_at"} == set(EMPTIED[table].split()), table


def unseen(world: World, number: int = 1) -> Household:
    """A household of the register that no programme ever enrolled."""
    village = make_village(world.scene.communes[0], 2)
    return Household.objects.get(pk=make_households(1, village, prefix=f"fusion{number}")[0])


def merge(one: Household, into: Household) -> None:
    """`one` became one with `into`: its members live there."""
    joining = list(one.memberships.filter(ended_on__isnull=True))
    one.memberships.update(ended_on="2017-01-01", end_reason="merge")
    last = into.memberships.count()
    for member in joining:
        last += 1
        into.memberships.create(person=member.person, line=last, relation="other_kin", started_on="2017-01-01")
    Household.objects.filter(pk=one.pk).update(status="merged", merged_into=into)


def test_a_household_that_was_merged_is_erased_and_still_leads_to_the_other(world: World) -> None:
    one = unseen(world)
    merge(one, world.other)
    request = accepted(world, household=one)
    actions.erase(request, rsu_number=one.rsu, by=world.officer)
    one.refresh_from_db()
    assert (
        one.is_erased and one.head_name == "Ménage effacé" and (one.status, one.merged_into) == ("merged", world.other)
    )
    assert not Person.objects.filter(memberships__household=one, given_names="Personne")


def test_the_fiche_of_a_household_that_was_absorbed_goes_with_the_other(world: World) -> None:
    one, two = unseen(world), unseen(world, 2)
    merge(two, one)
    merge(one, world.household)
    told = [fiche_of(each, world) for each in (two, world.other)]
    erased(world)
    for each in (one, two):
        each.refresh_from_db()
        assert each.is_erased and each.status == "merged"
    assert [traces(each) for each in told] == [NO_TRACE, EVERY_TRACE]


def test_the_fiche_and_the_papers_go_with_one_person_alone(world: World) -> None:
    leave(world)
    told = [fiche_of(each, world) for each in (world.household, world.other)]
    request = accepted(world, person=world.person)
    actions.erase(request, rsu_number=world.household.rsu, by=world.officer)
    assert [traces(each) for each in told] == [NO_TRACE, EVERY_TRACE]
    world.household.refresh_from_db()
    assert not world.household.is_erased


EVERY_TRACE, NO_TRACE = {"answers", "photo", "conflict", "problem", "correction", "scan"}, set[str]()


def fiche_of(household: Household, world: World) -> Submission:
    """A fiche of a household as it came from a telephone, with all that hangs on it, and a scanned page."""
    version = FormVersion.objects.first() or make_form()
    batch = Batch.objects.create(
        file_name=f"{household.pk}.csv", file_hash=f"{household.pk:064}", mapping_name="essai", mapping_hash="b" * 64,
        asks_review=True, source=household.source, status="refused", made_by=world.officer,
    )  # fmt: skip
    made = Submission.objects.create(
        instance_id=household.source_key, form_version=version, batch=batch, digest="d" * 64, sealed=b"x",
        sent_by=world.officer,
    )  # fmt: skip
    Attachment.objects.create(submission=made, file_name="photo.jpg", content=b"x", digest="e" * 64)
    SubmissionConflict.objects.create(submission=made, digest="f" * 64, sealed=b"x", sent_by=world.officer)
    Problem.objects.create(
        batch=batch, severity="warning", file_name="a", line=1, key=household.source_key, column="nom", value=GIVEN,
        code="name", message=GIVEN, remedy=GIVEN,
    )  # fmt: skip
    Correction.objects.create(
        batch=batch, key=household.source_key, reason=GIVEN, made_by=world.officer, of_member=False, line=2,
        column="village", sealed=b"x",
    )  # fmt: skip
    scan = Scan.objects.create(sha256=f"{household.pk:064}", made_by=world.officer)
    ScannedPage.objects.create(scan=scan, position=1, sealed=b"x", household=household, commune=household.commune)
    return made


def traces(fiche: Submission) -> set[str]:
    """What is left of what `fiche_of` made."""
    fiche.refresh_from_db()
    left = {
        "answers": bytes(fiche.sealed) != b"", "photo": fiche.attachments.exists(),
        "conflict": SubmissionConflict.objects.filter(submission=fiche).exists(),
        "problem": Problem.objects.filter(batch=fiche.batch).exclude(value="", remedy="").exists(),
        "correction": Correction.objects.filter(batch=fiche.batch, reason=GIVEN).exists(),
        "scan": ScannedPage.objects.filter(scan__sha256=fiche.batch.file_hash).exists(),
    }  # fmt: skip
    return {name for name, stands in left.items() if stands}
