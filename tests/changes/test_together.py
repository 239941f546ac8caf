"""Requests of a file decided together: as one by one would, in as many statements whatever they are, undone whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jigi.changes import actions, bulk, pipeline, queries
from jigi.changes.models import ChangeBulk, ChangeItem, ChangeRequest
from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import Refused
from jigi.foundation.models import AuditEvent
from jigi.registry.models import Household, Membership, PastLivingConditions, Person, Phone
from tests.changes.ground import DAY, Scene, make_scene, register
from tests.factories import make_households

pytestmark = pytest.mark.django_db
ROOFS, PHONES = ("thatch", "sheet", "concrete"), ("+22376001122", "+22376001133", "")


@pytest.fixture
def scene(db: None) -> Scene:
    made = make_scene()
    make_households(2, made.one.village, prefix="encore")
    return made


Line = tuple[str, int, int, Any]
"""A kind, which household, which line of its roster, what is said."""

LINES: st.SearchStrategy[Line] = st.one_of(
    st.tuples(st.just("contact"), st.integers(0, 3), st.integers(1, 3), st.sampled_from(PHONES)),
    st.tuples(st.just("dwelling"), st.integers(0, 3), st.just(0), st.sampled_from(ROOFS)),
    st.tuples(st.just("identity"), st.integers(0, 3), st.integers(1, 3), st.sampled_from(["1960", "2018", "Ba"])),
    st.tuples(st.sampled_from(["death", "departure"]), st.integers(0, 3), st.integers(1, 3), st.none()),
    st.tuples(st.sampled_from(["exit", "dissolve", "move"]), st.integers(0, 3), st.just(0), st.none()),
)


def asked(scene: Scene, lines: Sequence[Line]) -> ChangeBulk:
    """The requests of a file that says these lines, each about what the register held before the first."""
    made = ChangeBulk.objects.create(file_name="essai", file_hash="1", rows=len(lines), made_by=scene.maker)
    households = list(Household.objects.order_by("pk"))
    for number, (kind, at, line, said) in enumerate(lines, 2):
        with transaction.atomic():
            member = Membership.objects.filter(household=households[at], line=line).first()
            try:
                request = scene.ask(
                    kind, typed(kind, said), household=households[at], person=member.person if member else None
                )
            except Refused:
                continue
        ChangeRequest.objects.filter(pk=request.pk).update(bulk=made, line=number)
    return made


def typed(kind: str, said: Any) -> dict[str, str]:
    match kind:
        case "contact":
            return {"phone.number": said}
        case "dwelling":
            return {"living.roof": said}
        case "identity":
            return {"person.birth": said} if said.isdigit() else {"person.surname": said}
        case "move":
            return {"op.commune": "ML010502"}
    return {}


def numbers_of(made: ChangeBulk) -> list[int]:
    return list(made.requests.order_by("line").values_list("pk", flat=True))


def story(made: ChangeBulk) -> dict[str, Any]:
    """Everything that an approval leaves: the register, the requests, what the audit says of both."""
    told = AuditEvent.objects.exclude(verb__in=("draft", "submit")).order_by("noun", "verb", "object_id", "reason")
    return {
        "register": register(),
        "requests": list(made.requests.order_by("line").values_list("line", "status", "checked_by")),
        "items": [item.decision for item in ChangeItem.objects.order_by("pk")],
        "audit": list(told.values_list("verb", "noun", "object_id", "before", "after", "reason", "subjects")),
    }


def one_by_one(made: ChangeBulk, scene: Scene) -> list[str]:
    left = []
    for request in made.requests.order_by("line"):
        try:
            with transaction.atomic():
                actions.decide(request, by=scene.checker)
        except Refused as refused:
            left.append(str(refused))
    return left


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINES, min_size=1, max_size=6))
@example(lines=[("contact", 0, 1, PHONES[0]), ("contact", 0, 1, PHONES[1])])
@example(lines=[("contact", 0, 1, PHONES[0]), ("death", 0, 2, None), ("contact", 0, 1, PHONES[0])])
@example(lines=[("contact", 0, 1, PHONES[0]), ("contact", 0, 2, PHONES[0]), ("contact", 0, 1, PHONES[2])])
def test_together_or_one_by_one_is_the_same(scene: Scene, lines: list[Line]) -> None:
    with transaction.atomic():
        before, made = register(), asked(scene, lines)
        point = transaction.savepoint()
        left = one_by_one(made, scene)
        singly = story(made)
        transaction.savepoint_rollback(point)
        together = [why for _, why in bulk.decide(numbers_of(made), by=scene.checker)[1]]
        assert (together, fresh_rows(story(made))) == (left, fresh_rows(singly))
        if made.requests.filter(status="approved").exists():
            undoing = bulk.counter(made, reason="essai", by=scene.maker)
            assert bulk.decide(numbers_of(undoing), by=scene.checker) == (undoing.rows, [])
            assert register() == before
        transaction.set_rollback(True)


def fresh_rows(told: dict[str, Any]) -> dict[str, Any]:
    """The same, new telephones and living conditions without their numbers, which a sequence never gives twice."""
    tables = {
        name: sorted(map(str, rows.values())) if name in ("phone", "living") else rows
        for name, rows in told["register"].items()
    }
    return told | {"register": tables}


def dwellings(scene: Scene, number: int) -> ChangeBulk:
    made = ChangeBulk.objects.create(file_name="toits", file_hash=f"{number}", rows=number, made_by=scene.maker)
    households = make_households(number, scene.one.village, prefix=f"toits{number}")
    requests = ChangeRequest.objects.bulk_create(
        ChangeRequest(kind="dwelling", household_id=one, effective_on=DAY, reason="visite", fact_source="file",
                      status="submitted", made_by=scene.maker, bulk=made, line=line)
        for line, one in enumerate(households, 2)
    )  # fmt: skip
    actions.write_items([(one, [("living.roof", None, None, "sheet")]) for one in requests])
    return made


def test_the_statements_do_not_depend_on_the_requests(scene: Scene) -> None:
    counts = []
    for number in (3, 30):
        made = dwellings(scene, number)
        for wanted in (made, None):
            wanted = wanted or bulk.counter(made, reason="essai", by=scene.maker)
            numbers = numbers_of(wanted)
            with counting_statements() as statements:
                assert bulk.decide(numbers, by=scene.checker) == (number, [])
            counts.append(statements.count)
    assert counts[:2] == counts[2:]


def test_a_telephone_changed_by_file_is_sealed_and_its_past_is_kept(scene: Scene) -> None:
    made = asked(scene, [("contact", 0, 2, "76001122"), ("dwelling", 0, 0, "sheet")])
    assert bulk.decide(numbers_of(made), by=scene.checker) == (2, [])
    assert Phone.objects.get(person=scene.person("spouse")).number == "+22376001122"
    assert [item.written[0].table for item in ChangeItem.objects.order_by("request")] == ["phone", "living"]
    assert PastLivingConditions._default_manager.count() <= 1


def test_kinds_that_ask_more_of_the_database_are_decided_one_by_one(scene: Scene) -> None:
    head, heir = scene.person("head"), scene.person("spouse")
    requests = [
        scene.ask("death", {"op.head": str(heir.pk)}, person=head),
        scene.ask("contact", {"phone.number": "76001122"}, person=heir),
        scene.ask("dwelling", {"living.roof": "tôle"}, household=scene.two),
    ]
    together, apart = pipeline.parted([one.pk for one in requests])
    assert ([one.pk for one in together], [one.pk for one in apart]) == (
        [requests[2].pk], [requests[0].pk, requests[1].pk],
    )  # fmt: skip
    assert bulk.decide([one.pk for one in requests], by=scene.checker) == (3, [])
    assert Person.objects.get(pk=head.pk).died_on == DAY


def test_what_the_database_refuses_is_found_out_one_by_one(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    made = dwellings(scene, 2)
    ChangeRequest.objects.filter(bulk=made, line=2).update(status="withdrawn")
    assert bulk.decide(numbers_of(made), by=scene.checker) == (1, [])


def test_who_sent_a_file_does_not_approve_it(scene: Scene) -> None:
    made = dwellings(scene, 2)
    applied, left = bulk.decide(numbers_of(made), by=scene.maker)
    assert applied == 0 and all("une autre personne doit la vérifier" in why for _, why in left)


def test_a_file_is_countered_once(scene: Scene) -> None:
    made = dwellings(scene, 2)
    bulk.approve(made, numbers_of(made), by=scene.checker)
    bulk.counter(made, reason="mauvais fichier", by=scene.maker)
    with pytest.raises(Refused, match="Rien de ce fichier n’est à défaire"):
        bulk.counter(made, reason="encore", by=scene.maker)


def test_what_is_refused_half_way_leaves_nothing_of_itself(scene: Scene) -> None:
    made, spouse = dwellings(scene, 2), scene.person("spouse")
    request = scene.ask("contact", {"phone.number": "76001122", "phone.second": "76001133"}, person=spouse)
    item = request.items.get(code="phone.second")
    item.facts = {"before": item.before, "after": "+22376001122"}  # one number twice, as requests could ask before
    item.save()
    ChangeRequest.objects.filter(pk=request.pk).update(bulk=made, line=9)
    before = [(one.number, one.owner) for one in spouse.phones.all()]
    applied, left = bulk.decide(numbers_of(made), by=scene.checker)
    assert (applied, [one.pk for one, _ in left]) == (2, [request.pk])
    assert [(one.number, one.owner) for one in Person.objects.get(pk=spouse.pk).phones.all()] == before


def test_requests_of_a_file_meet_those_on_the_other_household_too(scene: Scene) -> None:
    made = dwellings(scene, 1)
    merge = scene.ask("merge", household=scene.two, other=scene.one.rsu)
    ChangeRequest.objects.filter(pk=merge.pk).update(bulk=made, line=9)
    other = scene.ask("dwelling", {"living.roof": "tôle"})
    assert queries.disputed(made) == {merge.pk} and queries.conflicts(merge) == [other]
