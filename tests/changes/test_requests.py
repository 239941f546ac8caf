"""A request from its draft to the register, and back: two people, fact by fact, against what changed meanwhile."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.changes import actions, evidence, queries
from jigi.changes.models import ChangeItem, ChangeRequest
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import AuditEvent
from jigi.registry.models import Health, Household, Identifier, Membership, Person, Phone
from tests.changes.ground import DAY, Scene, make_scene, register
from tests.factories import make_user
from tests.foundation.sent import pdf, photo
from tests.kept import Kept, once

pytestmark = pytest.mark.django_db
BABY = {"person.given_names": "Sira", "person.surname": "Essai", "person.sex": "F", "person.birth": "01/05/2020"}


def _scene(folder: Path) -> Scene:
    return make_scene()


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def test_an_approved_birth_adds_a_member(scene: Scene) -> None:
    request = actions.decide(scene.ask("birth", BABY), by=scene.checker)
    baby = Person.objects.get(given_names="Sira")
    assert request.status == "approved"
    assert (baby.birth_date, baby.birth_precision) == (date(2020, 5, 1), "day")
    assert Household.objects.get(pk=scene.one.pk).size == 4


def test_who_asks_does_not_check(scene: Scene) -> None:
    request = scene.ask("birth", BABY)
    with pytest.raises(Refused, match="une autre personne doit la vérifier"):
        actions.decide(request, by=scene.maker)
    with pytest.raises(IntegrityError, match="change_checked_by_another"), transaction.atomic():
        ChangeRequest.objects.filter(pk=request.pk).update(
            status="approved", checked_by=scene.maker, checked_at="2020-06-01T00:00Z"
        )


def test_who_checks_holds_both_communes(scene: Scene) -> None:
    request = scene.ask("marriage", {}, person=scene.person("child"), other=scene.two.rsu)
    elsewhere = make_user("ailleurs", "social_officer", scene.commune.version.areas.get(code="ML010502"))
    with pytest.raises(Refused, match="affectation"):
        actions.decide(request, by=elsewhere)


def test_a_correction_is_decided_fact_by_fact(scene: Scene) -> None:
    child = scene.person("child")
    request = scene.ask("identity", {"person.surname": "Keïta", "person.nickname": "Ba"}, person=child)
    nickname = request.items.get(code="person.nickname")
    actions.decide(request, refused={nickname.pk: "pas sur l’acte"}, by=scene.checker)
    child.refresh_from_db()
    request.refresh_from_db()
    assert (child.surname, child.nickname, request.status) == ("Keïta", "", "partly")
    assert request.decision == "pas sur l’acte"


def test_refusing_every_fact_refuses_the_request(scene: Scene) -> None:
    request = scene.ask("identity", {"person.nickname": "Ba"}, person=scene.person("child"))
    actions.decide(request, refused={request.items.get().pk: "on ne sait pas"}, by=scene.checker)
    request.refresh_from_db()
    assert request.status == "refused"


def test_what_is_already_so_is_no_request(scene: Scene) -> None:
    with pytest.raises(Refused, match="Rien ne change"):
        scene.ask("identity", {"person.sex": "F"}, person=scene.person("child"))


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        ("birth", {**BABY, "person.birth": "hier"}, "Naissance : « hier »"),
        ("birth", {"person.surname": "Essai"}, "Il manque"),
        ("split", {"op.leaving": "999999", "op.new_head": "999999"}, "pas un membre présent"),
        ("move", {"op.commune": "Nulle-Part"}, "n’est pas une commune connue"),
        ("arrival", {"membership.relation": "other_kin"}, "Qui arrive"),
    ],
)
def test_what_is_typed_wrong_is_said_in_french(scene: Scene, kind: str, typed: dict[str, str], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        scene.ask(kind, typed)


def test_a_fact_that_changed_since_is_refused_until_refreshed(scene: Scene) -> None:
    child = scene.person("child")
    request = scene.ask("identity", {"person.nickname": "Ba"}, person=child)
    Person.objects.filter(pk=child.pk).update(nickname="Bâ")
    assert queries.stale(request) == {request.items.get().pk}
    with pytest.raises(Refused, match="a changé depuis la demande"):
        actions.decide(request, by=scene.checker)
    assert actions.refresh(request, by=scene.maker) == 1
    assert actions.decide(request, by=scene.checker).status == "approved"


def test_open_requests_on_the_same_fact_are_shown(scene: Scene) -> None:
    child, head = scene.person("child"), scene.person("head")
    one = scene.ask("identity", {"person.nickname": "Ba"}, person=child)
    two = scene.ask("identity", {"person.nickname": "Bâ", "person.surname": "X"}, person=child)
    scene.ask("identity", {"person.nickname": "Vieux"}, person=head)
    whole = scene.ask("exit")
    assert queries.conflicts(one) == [two, whole]


def test_a_death_and_a_departure_of_one_person_meet(scene: Scene) -> None:
    child = scene.person("child")
    one, two = scene.ask("death", person=child), scene.ask("departure", person=child)
    assert queries.conflicts(one) == [two]
    actions.decide(one, by=scene.checker)
    with pytest.raises(Refused, match="a changé depuis la demande"):
        actions.decide(two, by=scene.checker)


def test_a_counter_request_puts_the_register_back_exactly(scene: Scene) -> None:
    before = register()
    request = scene.ask("birth", BABY)
    actions.decide(request, by=scene.checker)
    undoing = actions.counter(request, reason="saisi deux fois", by=scene.maker)
    with pytest.raises(Refused, match="une autre personne"):
        actions.decide(undoing, by=scene.maker)
    actions.decide(undoing, by=scene.checker)
    request.refresh_from_db()
    assert (request.status, register() == before) == ("undone", True)


def test_a_counter_request_is_decided_whole(scene: Scene) -> None:
    typed = {"person.nickname": "Bâ", "person.surname": "X"}
    request = actions.decide(scene.ask("identity", typed, person=scene.person("child")), by=scene.checker)
    undoing = actions.counter(request, reason="saisi deux fois", by=scene.maker)
    with pytest.raises(Refused, match="se décide en entier"):
        actions.decide(undoing, refused={undoing.items.all()[0].pk: "essai"}, by=scene.checker)
    actions.decide(undoing, by=scene.checker)
    request.refresh_from_db()
    assert request.status == "undone"


def test_a_displaced_household_stays_elsewhere_and_returns(scene: Scene) -> None:
    before = register()
    typed = {
        "household.stay_commune": "ML010502",
        "household.situation": "displaced",
        "household.stayed_since": "01/02/2020",
    }
    request = scene.ask("stay", typed)
    actions.decide(request, by=scene.checker)
    one = Household.objects.get(pk=scene.one.pk)
    assert (one.situation, one.stay_commune.code, one.commune_id) == ("displaced", "ML010502", scene.commune.pk)
    actions.decide(actions.counter(request, reason="erreur", by=scene.maker), by=scene.checker)
    assert register() == before


def test_health_is_asked_and_checked_by_those_who_may_know_it(scene: Scene) -> None:
    typed, child = {"health.walking": "oui, beaucoup"}, scene.person("child")
    with pytest.raises(Refused, match="affectation"):
        scene.ask("health", typed, person=child)
    officer = make_user("soin", "data_protection_officer")
    request = actions.draft(
        "health",
        scene.one,
        typed=typed,
        effective_on=DAY,
        reason="essai",
        fact_source="visit",
        by=officer,
        person=child,
    )
    actions.submit(request, by=officer)
    with pytest.raises(Refused, match="affectation"):
        actions.decide(request, by=scene.checker)
    assert not Health.objects.exists()


def test_what_a_request_says_is_sealed(scene: Scene) -> None:
    request = scene.ask("contact", {"phone.number": "76 00 11 22"}, person=scene.person("spouse"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT changes_changeitem::text FROM changes_changeitem")
        assert "760011" not in cursor.fetchone()[0]
    assert request.items.get().after == "+22376001122"


def test_a_decided_item_does_not_change(scene: Scene) -> None:
    request = actions.decide(scene.ask("birth", BABY), by=scene.checker)
    for lie in ({"decision": "refused", "why": "non"}, {"code": "death"}):
        with pytest.raises(DatabaseError, match="ne change plus"), transaction.atomic():
            request.items.update(**lie)
    with pytest.raises(DatabaseError, match="ne change plus"), transaction.atomic():
        ChangeItem.objects.filter(request=request).delete()


@pytest.mark.parametrize(
    ("lie", "constraint"),
    [
        ({"status": "approved"}, "change_decision_is_signed"),
        ({"kind": "counter"}, "change_counter_undoes_one"),
        ({"line": 3}, "change_of_a_file_has_its_line"),
        ({"made_by": None}, "change_has_a_maker"),
    ],
)
def test_the_database_refuses_the_lie(scene: Scene, lie: dict[str, Any], constraint: str) -> None:
    request = scene.ask("exit")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ChangeRequest.objects.filter(pk=request.pk).update(**lie)


def test_evidence_is_a_paper_or_an_image(scene: Scene) -> None:
    request = scene.ask("birth", BABY)
    paper = evidence.attach(request, name="acte.pdf", content=pdf(), by=scene.maker)
    assert (paper.kind, request.evidence.count()) == ("application/pdf", 1)
    assert evidence.attach(request, name="encore.pdf", content=pdf(), by=scene.maker) == paper
    with pytest.raises(Refused, match="ni un PDF"):
        evidence.attach(request, name="acte.pdf", content=b"<html>", by=scene.maker)
    with pytest.raises(Refused, match="5 Mo"):
        evidence.attach(request, name="acte.pdf", content=b"%PDF-" + b"0" * 5_300_000, by=scene.maker)


def test_evidence_keeps_no_trace_of_the_telephone(scene: Scene) -> None:
    sent = photo()
    paper = evidence.attach(scene.ask("exit"), name="photo.jpg", content=sent, by=scene.maker)
    assert b"Moussa" in sent and b"Moussa" not in bytes(paper.content)
    assert paper.sha256 == sha256(sent).hexdigest()


def test_evidence_that_cannot_be_read_is_refused(scene: Scene) -> None:
    with pytest.raises(InputError, match="ne se lit pas"):
        evidence.attach(scene.ask("exit"), name="photo.jpg", content=photo()[:700], by=scene.maker)


def test_someone_of_the_register_arrives_by_line_or_nina(scene: Scene) -> None:
    child = scene.person("child", scene.two)
    Identifier.objects.create(person=child, kind="nina", value="21103012345678Z")
    for found in ("2 1103 0123 4567 8Z", f"{scene.two.rsu}/3"):
        request = scene.ask("arrival", {"op.found": found, "membership.relation": "fostered"})
        assert request.items.get().after["op.found"] == child.pk
    actions.decide(request, by=scene.checker)
    assert Membership.objects.get(person=child, ended_on__isnull=True).household_id == scene.one.pk


def test_the_audit_names_the_households_and_not_the_values(scene: Scene) -> None:
    actions.decide(scene.ask("contact", {"phone.number": "76001122"}, person=scene.person("spouse")), by=scene.checker)
    events = AuditEvent.objects.filter(noun="change_request").order_by("id")
    assert [event.verb for event in events] == ["draft", "submit", "approve"]
    assert all(event.subjects == [scene.one.pk] for event in events)
    assert Phone.objects.get(person=scene.person("spouse")).number == "+22376001122"


ASKED: dict[str, Any] = {
    "naissance": lambda s: s.ask("birth", BABY),
    "nom": lambda s: s.ask(
        "identity", {"person.surname": "Keïta", "person.birth": "vers 1980"}, person=s.person("head")
    ),
    "téléphone": lambda s: s.ask("contact", {"phone.number": "76001122"}, person=s.person("spouse")),
    "document": lambda s: s.ask("identity", {"document.card": "AB 12"}, person=s.person("head")),
    "départ": lambda s: s.ask("departure", person=s.person("child")),
    "décès": lambda s: s.ask("death", {"op.head": str(s.person("spouse").pk)}, person=s.person("head")),
    "mariage": lambda s: s.ask("marriage", {"membership.spouse_rank": "2"}, person=s.person("child"), other=s.two.rsu),
    "fusion": lambda s: s.ask("merge", other=s.two.rsu),
    "scission": lambda s: s.ask(
        "split",
        {"op.leaving": f"{s.person('spouse').pk},{s.person('child').pk}", "op.new_head": f"{s.person('spouse').pk}"},
    ),
    "logement": lambda s: s.ask("dwelling", {"living.roof": "tôle", "living.rooms": "3", "living.land_ha": "1,5"}),
    "déménagement": lambda s: s.ask("move", {"op.commune": "ML010502"}),
    "allocataire": lambda s: s.ask("recipient", {"membership.role": "recipient"}, person=s.person("head")),
    "chef": lambda s: s.ask("head", {"op.head": str(s.person("spouse").pk), "membership.relation": "spouse"}),
    "absence": lambda s: s.ask("place", {"membership.absent": "oui"}, person=s.person("head")),
    "dissolution": lambda s: s.ask("dissolve"),
    "retour": lambda s: s.ask("reopen"),
}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.sampled_from(sorted(ASKED)), min_size=1, max_size=4))
def test_requests_undone_in_turn_leave_the_register_as_it_was(scene: Scene, names: list[str]) -> None:
    with transaction.atomic():
        before, done = register(), []
        for name in names:
            if request := attempted(scene, name):
                done.append(request)
        for request in reversed(done):
            actions.decide(actions.counter(request, reason="essai", by=scene.maker), by=scene.checker)
        assert register() == before
        transaction.set_rollback(True)


def attempted(scene: Scene, name: str) -> ChangeRequest | None:
    """An applied request; None where the register forbids it."""
    scene.one.refresh_from_db()
    scene.two.refresh_from_db()
    try:
        with transaction.atomic():
            return actions.decide(ASKED[name](scene), by=scene.checker)
    except (Refused, Membership.DoesNotExist):
        return None


@pytest.mark.parametrize("name", sorted(ASKED.keys() - {"retour"}))
def test_each_kind_is_applied_and_undone(scene: Scene, name: str) -> None:
    before = register()
    request = attempted(scene, name)
    assert request and register() != before
    actions.decide(actions.counter(request, reason="essai", by=scene.maker), by=scene.checker)
    assert register() == before
