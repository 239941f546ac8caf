"""What a scheme gives back, in the files that schemes really send."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import AuditEvent, User
from jigi.geography.models import StaffPosting
from jigi.registry.models import Household, Identifier, Membership, Phone
from jigi.schemes import actions
from jigi.schemes.models import Benefit, BenefitBatch, BenefitLine, BenefitProblem
from tests.factories import Areas, make_households, make_user
from tests.schemes.giving import HEADER, faults, line, make_scheme, merge, recorded, write, write_workbook

NINA = "17001234567891Q"
pytestmark = pytest.mark.django_db


def test_a_file_of_windows_is_read_then_recorded(tmp_path: Path, officer: User, households: list[int]) -> None:
    path = write(
        tmp_path / "vivres.csv",
        [
            line("R1", households[0], Montant="30\u00a0000"),
            line("é-2", households[1], Montant="15.000,00", Du="02/02/2016"),
        ],
        encoding="cp1252",
    )
    batch = actions.receive(path, make_scheme(), by=officer)
    assert (batch.status, batch.lines_good, batch.households, batch.amount_xof) == ("checked", 2, 2, 45_000)
    assert not Benefit.objects.exists() and batch.lines.count() == 2
    actions.record(batch, by=officer)
    found = Benefit.objects.get(reference="é-2")
    assert (found.household_id, found.amount_xof, found.given_from) == (households[1], 15_000, date(2016, 2, 2))
    assert batch.status == "recorded" and not BenefitLine.objects.exists()


def test_a_workbook_gives_back_its_days_and_its_lost_zeros(tmp_path: Path, officer: User, areas: Areas) -> None:
    number = make_households(1, areas.villages[0])[0]
    Household.objects.filter(pk=number).update(rsu_number="0001234520")
    said = {"Numéro RSU": 1234520, "Montant": 30000, "Du": date(2016, 2, 2), "Au": date(2016, 3, 31)}
    batch = recorded(write_workbook(tmp_path / "paiements.xlsx", [line("R1", **said)]), make_scheme(), officer)
    found = Benefit.objects.get()
    assert (found.household_id, found.amount_xof, batch.lines_held) == (number, 30_000, 0)
    assert (found.given_from, found.given_to) == (date(2016, 2, 2), date(2016, 3, 31))


def test_food_has_a_quantity_and_a_coverage_may_have_no_end(
    tmp_path: Path, officer: User, households: list[int]
) -> None:
    food = line("R1", households[0], Nature="Vivres", Montant="", Quantité="2,5", Unité="sac", Du="02/2016")
    cover = line("R2", households[0], Nature="couverture", Montant="", Quantité="1", Unité="carte")
    recorded(write(tmp_path / "a.csv", [food, cover]), make_scheme(), officer)
    first, second = Benefit.objects.order_by("reference")
    assert (first.quantity, first.measure, first.given_to) == (Decimal("2.5"), "2,5 sac", date(2016, 2, 29))
    assert (second.nature, second.given_to) == ("coverage", None)


def test_the_same_file_changes_nothing_a_second_time(tmp_path: Path, officer: User, households: list[int]) -> None:
    scheme, path = make_scheme(), write(tmp_path / "a.csv", [line("R1", households[0])])
    first = actions.receive(path, scheme, by=officer)
    waiting = actions.receive(path, scheme, by=officer)
    assert waiting.recognised and waiting.pk == first.pk
    actions.record(first, by=officer)
    again = actions.receive(path, scheme, by=officer)
    assert again.recognised and again.pk == first.pk
    assert (BenefitBatch.objects.count(), Benefit.objects.count()) == (1, 1)


def test_of_an_overlapping_file_only_the_new_lines_are_recorded(
    tmp_path: Path, officer: User, households: list[int]
) -> None:
    scheme = make_scheme()
    recorded(write(tmp_path / "a.csv", [line("R1", households[0]), line("R2", households[1])]), scheme, officer)
    second = [line("R2", households[1]), line("R3", households[2]), line("R1", households[0], Montant="99")]
    batch = recorded(write(tmp_path / "b.csv", second), scheme, officer)
    assert (batch.lines_read, batch.lines_good, batch.lines_known, batch.lines_held) == (3, 1, 1, 1)
    assert faults(batch) == [(4, "other_content")] and Benefit.objects.count() == 3


def test_a_reference_belongs_to_one_scheme(tmp_path: Path, officer: User, households: list[int]) -> None:
    path = write(tmp_path / "a.csv", [line("R1", households[0])])
    for code in ("AMO", "RAMED"):
        recorded(path, make_scheme(code), officer)
    assert Benefit.objects.filter(reference="R1").count() == 2


def test_two_batches_that_wait_together_record_a_line_once(
    tmp_path: Path, officer: User, households: list[int]
) -> None:
    scheme, shared = make_scheme(), line("R1", households[0])
    one = actions.receive(write(tmp_path / "a.csv", [shared]), scheme, by=officer)
    other = actions.receive(write(tmp_path / "b.csv", [shared, line("R2", households[1])]), scheme, by=officer)
    actions.record(one, by=officer)
    actions.record(other, by=officer)
    assert (other.lines_good, other.lines_known, Benefit.objects.count()) == (1, 1, 2)


def test_undoing_a_batch_takes_all_of_it_away_and_lets_it_come_again(
    tmp_path: Path, officer: User, households: list[int]
) -> None:
    scheme, path = make_scheme(), write(tmp_path / "a.csv", [line("R1", households[0]), line("R2", households[1])])
    batch = recorded(path, scheme, officer)
    actions.undo(batch, reason="mauvais trimestre", by=officer)
    assert batch.status == "undone" and not Benefit.objects.exists()
    assert recorded(path, scheme, officer).pk != batch.pk and Benefit.objects.count() == 2
    verbs = AuditEvent.objects.filter(noun="schemes.batch", object_id=str(batch.pk)).order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["check", "record", "undo"]


def test_a_refused_batch_leaves_no_line(tmp_path: Path, officer: User, households: list[int]) -> None:
    batch = actions.receive(write(tmp_path / "a.csv", [line("R1", households[0])]), make_scheme(), by=officer)
    with pytest.raises(Refused, match="pourquoi"):
        actions.refuse(batch, reason="", by=officer)
    actions.refuse(batch, reason="fichier d’essai", by=officer)
    assert (batch.status, BenefitLine.objects.count()) == ("refused", 0)
    with pytest.raises(Refused, match="impossible"):
        actions.record(batch, by=officer)


WRONG = {
    "no_reference": {"Référence": ""},
    "nature": {"Nature": "cadeau"},
    "amount": {"Montant": "trente mille"},
    "no_measure": {"Montant": ""},
    "quantity": {"Quantité": "beaucoup", "Unité": "sac"},
    "no_unit": {"Quantité": "2"},
    "no_quantity": {"Unité": "sac"},
    "day": {"Du": "hier"},
    "no_day": {"Du": ""},
    "future": {"Du": "2199-01-01"},
    "backwards": {"Au": "2016-01-01"},
    "not_then": {"Du": "1999-01-01", "Au": "1999-01-02"},
    "rsu_shape": {"Numéro RSU": "1234567890"},
    "unknown_rsu": {"Numéro RSU": "0001234520"},
    "no_household": {"Numéro RSU": "", "Téléphone": "76 00 11 22"},
    "unknown_nina": {"Numéro RSU": "", "NINA": NINA},
    "unknown_phone": {"Numéro RSU": "", "Téléphone": "76 00 11 22", "Nom": "Awa Essai 1"},
}


@pytest.mark.parametrize("code", WRONG)
def test_a_wrong_line_is_held_and_explained_and_the_others_go_in(
    code: str, tmp_path: Path, officer: User, households: list[int]
) -> None:
    lines = [line("R1", households[0]), {**line("R2", households[1]), **WRONG[code]}]
    scheme = make_scheme(starts_on=date(2010, 1, 1))
    batch = recorded(write(tmp_path / "a.csv", lines), scheme, officer)
    assert faults(batch) == [(3, code)] and Benefit.objects.get().reference == "R1"
    problem = batch.problems.get()
    assert problem.message and problem.remedy and "{" not in problem.message


def test_a_reference_repeated_in_a_file_is_taken_once(tmp_path: Path, officer: User, households: list[int]) -> None:
    batch = recorded(write(tmp_path / "a.csv", [line("R1", n) for n in households]), make_scheme(), officer)
    assert faults(batch) == [(3, "repeated"), (4, "repeated")] and batch.lines_good == 1


def test_a_line_of_another_scheme_is_held(tmp_path: Path, officer: User, households: list[int]) -> None:
    lines = [line("R1", households[0], Régime="pam vivres"), line("R2", households[0], Régime="RAMED")]
    path = write(tmp_path / "a.csv", lines, header=(*HEADER, "Régime"))
    batch = actions.receive(path, make_scheme(), by=officer)
    assert faults(batch) == [(3, "other_scheme")]


def test_a_nina_names_the_person_and_their_household(tmp_path: Path, officer: User, households: list[int]) -> None:
    spouse = Membership.objects.get(household=households[0], relation="spouse").person
    Identifier.objects.create(person=spouse, kind="nina", value=NINA)
    said = {"Numéro RSU": "", "NINA": "1700 1234 567 891 q"}
    elsewhere = line("R2", households[1], NINA=NINA)
    batch = recorded(write(tmp_path / "a.csv", [line("R1", **said), elsewhere]), make_scheme(), officer)
    found = Benefit.objects.get()
    assert (found.household_id, found.person) == (households[0], spouse)
    assert faults(batch) == [(3, "nina_elsewhere")]
    assert NINA not in str(list(BenefitProblem.objects.values_list("value", flat=True)))


def test_a_telephone_and_a_name_find_one_household_or_none(
    tmp_path: Path, officer: User, households: list[int]
) -> None:
    person = Phone.objects.get(person__memberships__household=households[0]).person
    others = Membership.objects.get(household=households[1], relation="spouse").person
    said = {"Numéro RSU": "", "Téléphone": f"{60_000_000 + person.pk}"}
    batch = recorded(
        write(tmp_path / "a.csv", [line("R1", Nom="ESSAI 1  Awa", **said), line("R2", Nom="Awa Essai 9", **said)]),
        make_scheme(), officer,
    )  # fmt: skip
    assert Benefit.objects.get().household_id == households[0] and faults(batch) == [(3, "unknown_phone")]
    Phone.objects.create(person=others, number=f"+223{60_000_000 + person.pk}")
    type(others).objects.filter(pk=others.pk).update(surname=person.surname)
    batch = actions.receive(
        write(tmp_path / "b.csv", [line("R3", Nom="Awa Essai 1", **said)]), make_scheme(), by=officer
    )
    assert faults(batch) == [(2, "several")] and batch.status == "refused"


def test_what_was_given_to_a_merged_household_goes_to_what_it_became(
    tmp_path: Path, officer: User, households: list[int]
) -> None:
    scheme, path = make_scheme(), write(tmp_path / "a.csv", [line("R1", households[0])])
    merge(households[0], into=households[1])
    merge(households[1], into=households[2])
    batch = recorded(path, scheme, officer)
    assert Benefit.objects.get().household_id == households[2] and batch.households == 1
    more = write(tmp_path / "b.csv", [line("R1", households[0]), line("R2", households[1])])
    assert actions.receive(more, scheme, by=officer).lines_known == 1


def test_nothing_is_added_to_an_erased_household(tmp_path: Path, officer: User, households: list[int]) -> None:
    Household.objects.filter(pk=households[0]).update(source_key="effacé:0", status="left")
    batch = actions.receive(write(tmp_path / "a.csv", [line("R1", households[0])]), make_scheme(), by=officer)
    assert faults(batch) == [(2, "erased")]


def test_people_of_an_organisation_send_for_their_schemes_only(
    tmp_path: Path, areas: Areas, households: list[int]
) -> None:
    partner = make_user("pam", "partner_programme", areas.cercle)
    StaffPosting.objects.filter(user=partner).update(organisation="PAM")
    path = write(tmp_path / "a.csv", [line("R1", households[0])])
    batch = actions.receive(path, make_scheme(), by=partner)
    assert (batch.status, batch.lines_good) == ("checked", 1)
    with pytest.raises(Refused, match="enregistrer ce que les régimes ont donné"):
        actions.record(batch, by=partner)
    with pytest.raises(Refused):
        actions.receive(path, make_scheme("AMO", organisation="CANAM"), by=partner)


def test_a_household_out_of_the_posting_is_held_and_not_recorded(
    tmp_path: Path, areas: Areas, officer: User, households: list[int]
) -> None:
    away = make_user("kadi", "programme_manager", areas.communes[1])
    path = write(tmp_path / "a.csv", [line("R1", households[0])])
    assert faults(actions.receive(path, make_scheme(), by=away)) == [(2, "outside")]
    batch = actions.receive(path, make_scheme("AMO"), by=officer)
    with pytest.raises(Refused, match="affectation"):
        actions.record(batch, by=away)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (("Nature", "Montant", "Du", "Numéro RSU"), "référence"),
        (("Référence", "Nature", "Montant", "Du", "Nom"), "numéro RSU"),
        (("Référence", "Nature", "Quantité", "Du", "Numéro RSU"), "montant"),
        (("Référence", "Ref", "Nature", "Montant", "Du", "NINA"), "la même chose"),
        (("Du", "Du", "Nature", "Montant", "Référence", "NINA"), "même nom"),
    ],
)
def test_a_file_without_its_columns_is_refused_whole(
    header: tuple[str, ...], said: str, tmp_path: Path, officer: User
) -> None:
    with pytest.raises(InputError, match=said):
        actions.receive(write(tmp_path / "a.csv", [line()], header=header), make_scheme(), by=officer)
    assert not BenefitBatch.objects.exists()


def test_a_column_that_is_not_read_is_said(tmp_path: Path, officer: User, households: list[int]) -> None:
    path = write(tmp_path / "a.csv", [line("R1", households[0])], header=(*HEADER, "Observations"))
    batch = actions.receive(path, make_scheme(), by=officer)
    problem = batch.problems.get()
    assert (problem.severity, problem.message) == ("warning", "La colonne « Observations » n’est pas lue")


def test_the_number_of_statements_does_not_depend_on_the_lines(tmp_path: Path, officer: User, areas: Areas) -> None:
    scheme, counts = make_scheme(), []
    for number in (5, 200):
        lines = [line(f"{number}-{n}", pk) for n, pk in enumerate(make_households(number, areas.villages[0]))]
        path = write(tmp_path / f"{number}.csv", lines)
        with counting_statements() as counter:
            recorded(path, scheme, officer)
        counts.append(counter.count)
    assert counts[0] == counts[1]
