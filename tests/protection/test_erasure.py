"""Erasure: nothing names the person any more, and the accounts are whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from jigi.enrolment.models import Enrolment
from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import Refused
from jigi.foundation.models import AuditEvent
from jigi.foundation.vault import Unsealable
from jigi.intake.models import Batch, Correction, Problem, SetAside
from jigi.ledger import queries as ledger
from jigi.payments import orders, queries
from jigi.payments.models import Entitlement, Instruction, ReturnLine
from jigi.protection import actions, erasure
from jigi.protection.models import DataRequest
from jigi.registry.models import (
    Household,
    Identifier,
    LivingConditions,
    PastHousehold,
    PastPerson,
    Person,
    Phone,
)
from jigi.schemes.actions import receive
from jigi.schemes.models import Benefit, BenefitBatch, BenefitLine, BenefitProblem
from jigi.targeting import queries as targeting
from jigi.targeting.models import TargetingRound
from tests.demo.test_nothing_in_clear import dumped
from tests.factories import make_households, make_village
from tests.kept import Kept, once
from tests.protection.people import GIVEN, PHONE, SECRETS, World, accepted, asked, erased, leave, make_world, past
from tests.schemes.giving import give, line, make_scheme, recorded, write

pytestmark = pytest.mark.django_db


def _world(tmp_path: Path) -> World:
    return make_world(tmp_path)


world_once = once("world", _world)


@pytest.fixture
def world(world_once: Kept[World], db: None) -> World:
    return world_once.copy()


def named() -> set[str]:
    """Where something of the person stands in clear, in any table."""
    return {
        f"{place} : {secret}" for place, cell in dumped() for secret in SECRETS if secret.casefold() in cell.casefold()
    }


def test_a_dump_names_the_person_before_and_not_after(world: World) -> None:
    before = {place.partition(" : ")[0] for place in named()}
    assert {
        "registry_household.head_name", "registry_household.source_key", "registry_person.surname",
        "registry_person.father_name", "registry_person.nickname", "intake_problem.value", "intake_problem.message",
        "intake_problem.key", "targeting_listedhousehold.reason", "payments_returnline.reason_read",
        "payments_returnline.agency_reference", "verification_check.note", "verification_finding.why",
    } <= before  # fmt: skip
    request = erased(world)
    assert {place for place in named() if not place.startswith("foundation_auditevent.reason")} == set()
    # The trail never changes: the reasons that their authors gave are the one place left (docs/protection.md).
    reasons = AuditEvent.objects.filter(reason__contains=GIVEN)
    assert {(event.noun, event.verb) for event in reasons} == {("enrolment", "exit"), ("finding", "deal_with")}
    request.refresh_from_db()
    assert (request.asker, request.statement, request.identity_check, request.decision) == ("", "", "", "effacé")


def test_what_names_somebody_is_gone_and_the_rows_stay(world: World) -> None:
    members = list(world.household.memberships.values_list("person_id", flat=True))
    request = erased(world)
    one = Household.objects.get(pk=world.household.pk)
    assert one.is_erased and one.status == "left" and one.rsu_number == world.household.rsu_number
    assert (one.head_name, one.village_id, one.latitude, one.longitude) == ("Ménage effacé", None, None, None)
    assert one.commune_id == world.household.commune_id and one.memberships.count() == 3
    person = Person.objects.get(pk=world.person.pk)
    assert (str(person), person.nickname, person.birth) == ("Personne effacée", "", "1970")
    assert not Phone.objects.filter(person__in=members) and not Identifier.objects.filter(person__in=members)
    assert not LivingConditions.objects.filter(household=one).exists()
    assert Enrolment.objects.get(household=one).account == ""
    assert (request.status, request.done_by) == ("done", world.officer)


def test_the_past_names_nobody_either_and_that_of_others_stays(world: World) -> None:
    for household in (world.household, world.other):
        past("household", household.pk)
        past("person", household.memberships.get(relation="head").person_id)
    unborn = _undone_birth(world.household)
    split_off = past("household", world.household.pk, id=900_000, split_from_id=world.household.pk)
    erased(world)
    kept = set(PastHousehold.objects.values_list("id", flat=True))
    assert kept == {world.other.pk}, f"{split_off} was undone: only its past was left"
    assert set(PastPerson.objects.values_list("id", flat=True)) == {
        world.other.memberships.get(relation="head").person_id
    }, f"{unborn} too"


def _undone_birth(household: Household) -> int:
    """A child whose rows a counter-request took away."""
    child = household.memberships.get(relation="child")
    past("person", child.person_id, id=800_000)
    past("membership", child.pk, id=800_001, person_id=800_000)
    return 800_000


def test_another_household_is_not_touched(world: World) -> None:
    erased(world)
    other = Household.objects.get(pk=world.other.pk)
    assert other.head_name == world.other.head_name and not other.is_erased
    assert Instruction.objects.get(household=other).account == Enrolment.objects.get(household=other).account != ""
    assert ReturnLine.objects.exclude(reason_read="").count() == 1


def test_the_accounts_are_whole_and_every_frozen_list_is_verified(world: World) -> None:
    money = list(Entitlement.objects.order_by("pk").values_list("pk", "amount_xof", "status", "account_index"))
    hashes = world.round.list_hash, TargetingRound.objects.get().result_hash
    assert queries.verify_hash(world.round) and ledger.prove().balanced
    erased(world)
    world.round.refresh_from_db()
    assert hashes == (world.round.list_hash, TargetingRound.objects.get().result_hash)
    assert queries.verify_hash(world.round), "the index stays, of which the hash is made"
    assert targeting.verify_hash(TargetingRound.objects.get())
    assert list(Entitlement.objects.order_by("pk").values_list("pk", "amount_xof", "status", "account_index")) == money
    assert ledger.prove().balanced
    assert bytes(Instruction.objects.get(household=world.household).account_sealed) == b""
    line = ReturnLine.objects.get(instruction_id=Instruction.objects.get(household=world.household).pk)
    assert (line.outcome, line.amount_xof, line.agency_reference, line.reason_read) == ("paid", 30_000, "", "")


def test_an_account_exchanged_in_a_list_with_an_erased_line_is_still_found(world: World) -> None:
    erased(world)
    line = Instruction.objects.get(household=world.other.pk)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_instruction DISABLE TRIGGER USER")
        cursor.execute("UPDATE payments_instruction SET account_sealed = '\\x01' WHERE id = %s", [line.pk])
    assert not queries.verify_hash(world.round)
    with pytest.raises(Unsealable):
        assert Instruction.objects.get(pk=line.pk).account


def test_the_order_file_of_a_closed_round_says_that_an_account_was_erased(world: World, tmp_path: Path) -> None:
    erased(world)
    with pytest.raises(Refused, match="effacé à la demande de la personne"):
        orders.write_orders(world.round, world.scene.agency, tmp_path, format="csv", by=world.scene.officer)


@pytest.mark.parametrize(
    ("situation", "sentence"),
    [
        ("enrolled", "une inscription à un programme est en cours"),
        ("due", "de l’argent lui est encore dû"),
        ("under way", "un paiement est en route"),
        ("open round", "un tour où il est payé n’est pas clos"),
    ],
)
def test_it_is_refused_while_money_or_a_programme_waits(
    world: World, tmp_path: Path, situation: str, sentence: str
) -> None:
    if situation != "enrolled":
        released = world.scene.released(term=2)
        if situation == "open round":
            world.scene.answer(released, tmp_path / "deux.csv")
        leave(world)
        if situation == "due":
            world.scene.close(released)
    request = accepted(world)
    with pytest.raises(Refused, match=sentence):
        actions.erase(request, rsu_number=world.household.rsu, by=world.officer)
    request.refresh_from_db()
    assert request.status == "accepted" and Person.objects.get(pk=world.person.pk).given_names == GIVEN
    assert sentence in erasure.holds(**actions.subject(request)).sentence


def test_it_takes_two_people_and_the_number_typed(world: World) -> None:
    leave(world)
    request = asked(world)
    with pytest.raises(Refused, match="une autre personne doit la décider"):
        actions.accept(request, reason="vérifié", by=world.officer)
    with pytest.raises(Refused, match="« Effacer » est impossible"):
        actions.erase(request, rsu_number=world.household.rsu, by=world.second)
    actions.accept(request, reason="vérifié", by=world.second)
    with pytest.raises(Refused, match="une autre personne doit le faire"):
        actions.erase(request, rsu_number=world.household.rsu, by=world.second)
    with pytest.raises(Refused, match="ne correspond pas"):
        actions.erase(request, rsu_number=world.other.rsu, by=world.officer)
    actions.erase(request, rsu_number=world.household.rsu, by=world.officer)
    event = AuditEvent.objects.get(noun="household", verb="erase")
    assert (event.by, event.object_id) == (world.officer, str(world.household.pk))
    with pytest.raises(Refused, match="« Effacer » est impossible"):
        actions.erase(request, rsu_number=world.household.rsu, by=world.officer)


def test_one_person_alone_is_erased_and_the_household_stays(world: World) -> None:
    leave(world)
    request = accepted(world, person=world.person)
    actions.erase(request, rsu_number=world.household.rsu, by=world.officer)
    one = Household.objects.get(pk=world.household.pk)
    assert not one.is_erased and one.head_name == "Personne effacée" and one.source_key == world.household.source_key
    names = set(Person.objects.filter(memberships__household=one).values_list("given_names", flat=True))
    assert names == {"Personne", "Awa", "Oumou"}
    assert not Phone.objects.filter(person=world.person).exists()
    assert bytes(Instruction.objects.get(household=one).account_sealed) == b"" and queries.verify_hash(world.round)
    assert LivingConditions.objects.filter(household=one).exists()


def test_who_lives_elsewhere_today_keeps_their_data(world: World) -> None:
    moved = world.household.memberships.get(relation="spouse")
    moved.ended_on = "2015-01-01"
    moved.save()
    world.other.memberships.create(person=moved.person, line=9, relation="other_kin", started_on="2015-01-02")
    erased(world)
    assert Person.objects.get(pk=moved.person_id).given_names == "Awa"


def test_the_statements_are_as_many_for_one_as_for_a_hundred(world: World) -> None:
    counts = []
    for n in (1, 100):
        made = make_households(n, make_village(world.scene.communes[0], 2))
        with transaction.atomic(), counting_statements() as counted:
            assert erasure.erase(households=made)["households"] == n
        counts.append(counted.count)
    assert counts[0] == counts[1]


LIES = [
    "UPDATE payments_instruction SET account_sealed = '\\x0102' WHERE household_id = %(household)s",
    "UPDATE payments_instruction SET account_sealed = '', account_index = '' WHERE household_id = %(household)s",
    "UPDATE payments_entitlement SET account_index = '' WHERE household_id = %(household)s",
    "UPDATE payments_entitlement SET account_sealed = substr(account_sealed, 1, 20) WHERE household_id = %(household)s",
    "UPDATE targeting_listedhousehold SET reason = 'autre' WHERE household_id = %(household)s",
    "UPDATE targeting_listedhousehold SET reason = '', file_name = '', line = 0, rank = 9",
    "UPDATE targeting_listedhousehold SET id = id + 1000, reason = '', file_name = '', line = 0",
    "UPDATE targeting_result SET score = 1 WHERE household_id = %(household)s",
]


@pytest.mark.parametrize("lie", LIES)
def test_a_frozen_list_lets_nothing_else_through(world: World, lie: str) -> None:
    refused = pytest.raises(DatabaseError, match=r"rotation des clés|gelé")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(lie, {"household": world.household.pk})


@pytest.mark.parametrize("table", ["payments_entitlement", "payments_instruction"])
def test_no_account_is_emptied_while_its_money_waits(world: World, table: str) -> None:
    world.scene.released(term=2)
    refused = pytest.raises(DatabaseError, match="rotation des clés")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET account_sealed = '' WHERE household_id = %s", [world.household.pk])


def test_a_form_found_in_a_drawer_brings_nobody_back(world: World) -> None:
    key = world.household.source_key
    erased(world)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE stage_household (line bigint, key text, known_id bigint)")
        cursor.execute("INSERT INTO stage_household VALUES (1, %s, NULL), (2, 'autre', NULL)", [key])
    from jigi.foundation.bulk import run_sql

    run_sql("intake", "locate_erased", {"source": "essai"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT known_id FROM stage_household ORDER BY line")
        assert cursor.fetchall() == [(world.household.pk,), (None,)]


def test_what_a_review_said_of_its_form_names_nobody_either(world: World) -> None:
    batch = Batch.objects.create(
        file_name="essai.csv", file_hash="c" * 64, mapping_name="essai", mapping_hash="d" * 64, asks_review=True,
        source=world.household.source, status="refused", made_by=world.officer,
    )  # fmt: skip
    said = {"batch": batch, "key": world.household.source_key, "reason": "le mari de Awa", "made_by": world.officer}
    correction = Correction.objects.create(of_member=False, line=2, column="village", sealed=b"x", **said)
    aside = SetAside.objects.create(kind="sent_back", **said)
    erased(world)
    for one in (correction, aside):
        one.refresh_from_db()
        assert one.key.startswith("effacé:") and one.reason == "Effacé avec le ménage"
    assert bytes(correction.sealed) == b""


def test_without_the_right_nothing_is_recorded(world: World) -> None:
    world.officer.staff_postings.all().delete()
    with pytest.raises(Refused, match="droits des personnes"):
        asked(world)
    assert not DataRequest.objects.exists() and not Problem.objects.filter(value="").exists()


def test_in_the_site_s_own_role_it_is_the_same(world: World, settings: object) -> None:
    """The statements run under a role that owns no table."""
    settings.FENCED = True  # type: ignore[attr-defined]
    from jigi.geography.scope import seen_by

    with seen_by(world.scene.maker):
        leave(world)
    with seen_by(world.second):
        request = accepted(world)
    with seen_by(world.officer):
        actions.erase(request, rsu_number=world.household.rsu, by=world.officer)
    assert Person.objects.get(pk=world.person.pk).given_names == "Personne"
    assert PHONE not in "".join(cell for _, cell in dumped())


def test_what_schemes_gave_stays_and_their_references_go(world: World) -> None:
    scheme, household = make_scheme(), world.household.pk
    give(scheme, household, f"carte de {GIVEN}", world.scene.maker)
    leave(world)
    batch = BenefitBatch.objects.get()
    facts = {"nature": "cash", "amount_xof": 1, "given_from": "2016-01-01", "given_to": "2016-01-01"}
    BenefitLine.objects.create(batch=batch, line=2, household_id=household, reference=GIVEN, **facts)
    BenefitProblem.objects.create(batch=batch, line=3, household_id=household, value=PHONE, code="amount")
    actions.erase(accepted(world), rsu_number=world.household.rsu, by=world.officer)
    benefit = Benefit.objects.get()
    assert (benefit.household_id, benefit.amount_xof) == (household, 30_000)
    assert benefit.reference.startswith("effacé:") and not BenefitLine.objects.exists()
    assert BenefitProblem.objects.get().value == ""


def test_a_line_of_an_erased_household_is_recognised_by_its_digest(world: World, tmp_path: Path) -> None:
    scheme = make_scheme()
    path = write(tmp_path / "a.csv", [line(f"carte de {GIVEN}", world.household.pk)])
    recorded(path, scheme, world.scene.maker)
    erased(world)
    again = receive(path, scheme, by=world.scene.maker)
    assert again.recognised and Benefit.objects.count() == 1
