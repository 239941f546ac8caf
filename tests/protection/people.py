"""Households whose people have names that stand nowhere else, and who have left traces in every table."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.apps import apps
from django.db import connection
from django.utils import timezone

from jigi.enrolment import actions as enrolment
from jigi.enrolment.models import Enrolment
from jigi.foundation.models import User
from jigi.intake.models import Batch, Problem
from jigi.payments.models import Instruction, PaymentRound, ReturnLine
from jigi.protection import actions
from jigi.protection.models import DataRequest
from jigi.registry.models import Household, Identifier, LivingConditions, Membership, Person, Phone
from jigi.targeting import actions as targeting
from jigi.verification import actions as verification
from jigi.verification.actions import Draw
from jigi.verification.models import Finding
from tests.factories import make_households, make_user, make_village
from tests.payments.scene import Scene, stage
from tests.targeting.campaign import write_list

GIVEN, SURNAME, NICKNAME = "Zantigui", "Kouloubalifin", "Zangué-le-forgeron"
FATHER, MOTHER = "Wéléba Kouloubalifin", "Ténindjo Sanogofin"
NINA, PHONE, KEY = "17001234567891Q", "77418265", "FICHE-ZANTIGUI-9"
WORDS = "famille du forgeron Zantigui, maison au grand fromager"
SECRETS = (GIVEN, SURNAME, NICKNAME, FATHER, MOTHER, NINA, PHONE, KEY, "fromager")


@dataclass
class World:
    """One scene; `household` left traces everywhere, `other` is its neighbour, enrolled and paid with it."""

    scene: Scene
    household: Household
    other: Household
    person: Person
    round: PaymentRound
    officer: User
    second: User


def make_world(folder: Path) -> World:
    """A round paid and closed with two households in it, the first named in every table that can name one."""
    scene = stage()
    village = make_village(scene.communes[0])
    first, second = make_households(2, village, recipient="head")
    person = _named(first)
    scene.enrol([first, second])
    _traces(scene, first, folder)
    released = scene.released()
    _answer(scene, released, folder / "retour.csv")
    scene.close(released)
    return World(
        scene, Household.objects.get(pk=first), Household.objects.get(pk=second), person,
        PaymentRound.objects.get(pk=released.pk), make_user("dpo", "data_protection_officer"),
        make_user("dpo-deux", "data_protection_officer"),
    )  # fmt: skip


def leave(world: World) -> None:
    """The household leaves the programme."""
    one = Enrolment.objects.get(household=world.household)
    enrolment.exit(one, f"départ de {GIVEN}", by=world.scene.maker)


def asked(world: World, kind: str = "erasure", **said: object) -> DataRequest:
    """A request about the household, recorded by the first officer."""
    facts: dict[str, object] = {
        "household": world.household, "asker": f"{GIVEN} {SURNAME}", "identity_check": f"NINA {NINA} présenté",
        "statement": f"{GIVEN} demande que ses données soient effacées", "received_on": date(2016, 3, 1), **said,
    }  # fmt: skip
    return actions.record(kind, by=world.officer, **facts)  # type: ignore[arg-type]


def accepted(world: World, kind: str = "erasure", **said: object) -> DataRequest:
    """The same, granted by the second officer."""
    request = asked(world, kind, **said)
    actions.accept(request, reason=f"identité de {GIVEN} vérifiée", by=world.second)
    return request


def erased(world: World) -> DataRequest:
    """The household after it left and its data was erased."""
    leave(world)
    request = accepted(world)
    actions.erase(request, rsu_number=world.household.rsu, by=world.officer)
    return request


def _named(household: int) -> Person:
    Household.objects.filter(pk=household).update(
        head_name=f"{GIVEN} {SURNAME}", source_key=KEY, longitude=-9.4321, latitude=13.1234
    )
    head = Membership.objects.get(household=household, relation="head")
    Person.objects.filter(pk=head.person_id).update(
        given_names=GIVEN, surname=SURNAME, nickname=NICKNAME, father_name=FATHER, mother_name=MOTHER,
        birth_date=date(1970, 5, 17), birth_precision="day",
    )  # fmt: skip
    Phone.objects.filter(person=head.person_id).delete()
    Phone.objects.create(person_id=head.person_id, number=f"+223{PHONE}")
    Identifier.objects.create(person_id=head.person_id, kind="nina", value=NINA)
    LivingConditions.objects.create(
        household_id=household, household_size=3, wall="banco", collected_on=date(2014, 6, 1)
    )
    return Person.objects.get(pk=head.person_id)


def _traces(scene: Scene, household: int, folder: Path) -> None:
    batch = Batch.objects.create(
        file_name="enquete.csv", file_hash="a" * 64, mapping_name="essai", mapping_hash="b" * 64, source="essai",
        status=Batch.Status.REFUSED, made_by=scene.maker,
    )  # fmt: skip
    Household.objects.filter(pk=household).update(batch_id=batch.pk)
    Problem.objects.create(
        batch=batch, severity="warning", file_name="enquete.csv", line=9, key=KEY, column="nom", value=SURNAME,
        code="name", message=f"« {SURNAME} » est un nom rare", remedy=f"Vérifiez le nom de {GIVEN}",
    )  # fmt: skip
    campaign = targeting.open_round(
        "Campagne d’essai", scene.communes, programme_code=scene.component.programme.code, formula=None, quota_total=1,
        by=scene.maker,
    )  # fmt: skip
    targeting.import_lists(campaign, write_list(folder / "liste.csv", [household]), by=scene.maker)
    campaign.listed.filter(household=household).update(reason=WORDS)
    targeting.set_quotas(campaign, 1, {"ML": 0.4}, by=scene.maker)
    campaign.refresh_from_db()
    targeting.rank(campaign, by=scene.maker)
    campaign.refresh_from_db()
    targeting.freeze(campaign, by=scene.maker)


def _answer(scene: Scene, released: PaymentRound, path: Path) -> None:
    """Every order paid, the agency naming who came."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["reference", "statut", "montant_fcfa", "date", "motif", "reference_agence"])
        for line in Instruction.objects.filter(payment_round=released).select_related("recipient"):
            said = f"remis à {line.recipient}"
            writer.writerow([line.reference, "PAYE", line.amount_xof, "2016-02-10", said, f"TX-{line.recipient}"])
    from jigi.payments import returns

    returns.reconcile(path, scene.agency, by=scene.officer)
    assert ReturnLine.objects.filter(outcome="paid").count() == 2
    _verify(released)


def _verify(released: PaymentRound) -> None:
    """Both are asked, and say that it was somebody else; what is found of it names them too."""
    by = make_user("verifie", "grievance_officer")
    for check in verification.draw(released, Draw("phone", everyone=True), by=by).checks.all():
        note = f"dit par {check.recipient}"
        verification.answer(check, "not_received", on=timezone.localdate(), by=by, note=note)
    for finding in Finding.objects.all():
        verification.deal_with(finding, by=by, what=f"vu {finding.household.head_name}")


def past(table: str, row: int, until: str = "now", **other: int) -> int:
    """A former form of a row, as the database keeps it when it is changed later; `other`: columns not its own."""
    columns = [field.column for field in apps.get_model("registry", f"Past{table}")._meta.local_fields]
    kept = [column for column in columns if column not in ("past_id", "recorded_to", "act")]
    told = ", ".join(str(other[column]) if column in other else column for column in kept)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO registry_past{table} ({', '.join(kept)}, recorded_to, act)"
            f" SELECT {told}, %s, '' FROM registry_{table} WHERE id = %s",
            [until, row],
        )
    return other.get("id", row)
