"""Training, the committee, and a selection decided by two hands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from jigi.delivery.grants import actions, application_file, applications, committee, selection, training
from jigi.delivery.grants.grant_models import Grant, GrantInstalment
from jigi.delivery.grants.selection_models import GrantRanked, GrantScore, GrantSelection
from jigi.delivery.grants.terms import read_terms
from jigi.delivery.reach.models import Reach
from jigi.enrolment.actions import enrol_recipients
from jigi.enrolment.models import Enrolment
from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.tabular import open_table
from jigi.registry.models import Household, Membership
from tests.delivery.grants_scene import CLOSES, OPENS, Play, asked, play
from tests.factories import make_households

pytestmark = pytest.mark.django_db
DAY = OPENS + timedelta(days=20)


def _refuses(name: str, lie: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        lie()


def test_days_of_training_count_once_and_reach_the_household() -> None:
    one = play()
    first, second = one.apply(2)
    held = training.hold(one.call, one.scene.commune, training.Day(DAY, "École", "Gestion", "Awa"), by=one.scene.agent)
    assert training.mark(held, [first.pk, second.pk], by=one.scene.agent) == 2
    assert training.mark(held, [first.pk], by=one.scene.agent) == 1
    assert list(Reach.objects.values_list("household", "sort", "year", "events")) == [
        (first.household_id, "grants", 2018, 1)
    ]
    other = training.hold(one.call, one.scene.commune, training.Day(DAY, "Mairie", "Vente", "Awa"), by=one.scene.agent)
    with pytest.raises(Refused, match="déjà noté ce jour-là"):
        training.mark(other, [first.pk], by=one.scene.agent)
    moved = training.Day(DAY + timedelta(days=1), "École", "Gestion", "Awa")
    training.correct(held, moved, reason="Le jour était faux", by=one.scene.agent)
    assert held.trainees.get().held_on == moved.day


def test_a_day_of_training_counts_for_its_commune_alone() -> None:
    one = play()
    [made] = one.apply()
    day = training.Day(DAY, "École", "Gestion", "Awa")
    held = training.hold(one.call, one.scene.communes[1], day, by=one.scene.agent)
    with pytest.raises(Refused, match="commune de la formation"):
        training.mark(held, [made.pk], by=one.scene.agent)


def test_the_committee_scores_within_the_points_and_whole() -> None:
    one = play()
    [made] = one.apply()
    with pytest.raises(Refused, match="candidatures closes"):
        committee.score(committee.add_juror(one.call, "Awa", "maire", by=one.scene.planner), {}, by=one.scene.planner)
    one.score({made.pk: (25, 15, 25, 15)}, members=1)
    juror, criteria = one.call.jurors.get(name="Membre AAA"), list(one.call.criteria.all())
    with pytest.raises(Refused, match="va de 0 à 30, non 31"):
        committee.score(juror, {made.pk: {c.pk: 31 for c in criteria}}, by=one.scene.planner)
    with pytest.raises(Refused, match="chaque critère"):
        committee.score(juror, {made.pk: {criteria[0].pk: 3}}, by=one.scene.planner)
    _refuses("grant_score_within_points", lambda: GrantScore.objects.update(points=31))
    score = GrantScore.objects.first()
    _refuses("grant_score_criterion_of_call", lambda: GrantScore.objects.filter(pk=score.pk).update(most_points=90))  # type: ignore[union-attr]


def test_points_come_from_a_file_and_wrong_lines_come_back(tmp_path: Path) -> None:
    one = play()
    first = one.apply(2)[0]
    one.score({first.pk: (1, 1, 1, 1)}, members=1)
    path = tmp_path / "notes.csv"
    path.write_text(
        "candidature;membre;vulnerabilite;experience;viabilite;engagement\n"
        "AGR-KITA-0001;Membre AAA;25;15;25;15\nAGR-KITA-0002;Membre AAA;35;15;25;15\n"
        "AGR-KITA-0009;Membre AAA;1;1;1;1\nAGR-KITA-0002;Inconnu;1;1;1;1\nAGR-KITA-0002;Membre AAA;deux;1;1;1\n"
    )
    with open_table(path) as table:
        taken = committee.take(one.call, table, by=one.scene.planner)
    assert (taken.read, taken.scored) == (5, 1)
    assert [(f.line, f.column) for f in taken.faults] == [
        (3, "vulnerabilite"), (4, "candidature"), (5, "membre"), (6, "vulnerabilite"),
    ]  # fmt: skip
    assert list(first.scores.values_list("points", flat=True).order_by("criterion__rank")) == [25, 15, 25, 15]


def test_a_selection_is_proposed_by_one_and_decided_by_another() -> None:
    one = play(places=1)
    first, second, third = one.apply(3)
    one.train([first, second])
    one.score({first.pk: (20, 10, 20, 10), second.pk: (25, 15, 25, 15), third.pk: (30, 20, 30, 20)})
    made = one.propose()
    told = dict(made.ranked.values_list("application", "verdict"))
    assert told == {second.pk: "selected", first.pk: "waiting", third.pk: "untrained"}
    with pytest.raises(Refused, match="Votre affectation"):
        selection.decide(made, by=one.scene.planner)
    _refuses("grant_selection_two_hands", lambda: GrantSelection.objects.update(
        status="decided", decided_by=made.proposed_by, decided_at=made.proposed_at))  # fmt: skip
    selection.decide(made, by=one.scene.decider)
    assert [a.status for a in one.call.applications.order_by("pk")] == ["waiting", "selected", "refused"]
    _refuses("ne change plus", lambda: GrantRanked.objects.update(verdict="selected", rank=9))
    _refuses("elles ne changent plus", lambda: GrantScore.objects.update(points=0))


def test_a_rejected_selection_lets_the_committee_score_again() -> None:
    one = play()
    [made] = one.apply()
    one.train([made])
    one.score({made.pk: (25, 15, 25, 15)})
    proposed = one.propose()
    with pytest.raises(Refused, match="repose sur ces notes"):
        one.score({made.pk: (1, 1, 1, 1)})
    selection.reject(proposed, reason="Deux membres absents", by=one.scene.decider)
    one.score({made.pk: (26, 15, 25, 15)})
    assert one.propose().pk != proposed.pk


def test_the_waiting_list_takes_the_seat_of_who_renounces() -> None:
    one = play(places=1)
    one.decided(2)
    first = one.call.applications.get(status="selected")
    applications.withdraw(first, reason="Départ du ménage", by=one.scene.agent)
    made = one.call.selections.get()
    [next_one] = selection.promote(made, by=one.scene.decider)
    assert next_one.status == "selected"
    with pytest.raises(Refused, match="Aucune place"):
        selection.promote(made, by=one.scene.decider)


def test_who_applied_receives_the_grant_whoever_receives_the_transfer() -> None:
    one = play()
    one.decided(2)
    made = one.call.applications.first()
    assert made
    head = Membership.objects.get(household=made.household_id, relation="head").person
    applications.correct(
        made, asked(made.household_id, applicant=head), reason="La cheffe tient l’activité", by=one.scene.agent
    )
    cohort = selection.enrol(one.call, cohort="AGR 2018", by=one.scene.planner)
    assert cohort.enrolled == 2
    grant = Grant.objects.get(application=made)
    assert grant.enrolment.recipient_id == grant.recipient_id == head.pk
    assert list(grant.instalments.values_list("number", "amount_xof", "status").order_by("number")) == [
        (1, 48_000, "planned"), (2, 36_000, "planned"), (3, 36_000, "planned"),
    ]  # fmt: skip
    with pytest.raises(Refused, match="Aucune candidature retenue"):
        selection.enrol(one.call, cohort="AGR 2018 bis", by=one.scene.planner)


def test_an_applicant_who_left_the_household_is_not_enrolled_for_another() -> None:
    one = play()
    one.decided(2)
    made = one.call.applications.first()
    assert made
    Membership.objects.filter(household=made.household_id, person=made.applicant).update(
        ended_on=date(2018, 3, 1), end_reason="departure", role=""
    )
    with pytest.raises(Refused, match="n’est plus un membre présent de son ménage : AGR-KITA-0001"):
        selection.enrol(one.call, cohort="AGR 2018", by=one.scene.planner)
    assert not Enrolment.objects.filter(component=one.call.component).exists()


def test_the_database_gives_no_grant_without_a_decision_nor_beyond_it() -> None:
    one = play()
    grant = one.granted(1)[0]
    _refuses("grant_instalment_is_the_tranche", lambda: GrantInstalment.objects.create(
        grant=grant, call=one.call, contract_id=grant.contract_id, household_id=grant.household_id, number=4,
        amount_xof=10_000))  # fmt: skip
    _refuses("ne change plus|is_kept", lambda: grant.instalments.filter(number=1).update(amount_xof=36_000))


def test_a_grant_follows_a_decided_selection_and_is_its_calls() -> None:
    one = play()
    [made] = one.apply()
    people = {made.household_id: made.applicant_id}
    enrol_recipients(one.call.component, people, cohort_name="Sans sélection", by=one.scene.planner)
    facts = {
        "application": made, "call": one.call, "contract_id": made.contract_id, "household_id": made.household_id,
        "commune_id": made.commune_id, "recipient_id": made.applicant_id,
        "enrolment": Enrolment.objects.get(household=made.household_id),
    }  # fmt: skip
    _refuses("suit une sélection décidée", lambda: Grant.objects.create(**facts, amount_xof=120_000))
    one.train([made])
    one.score({made.pk: (25, 15, 25, 15)})
    selection.decide(one.propose(), by=one.scene.decider)
    _refuses("celle de son appel", lambda: Grant.objects.create(**facts, amount_xof=500_000))
    assert Grant.objects.create(**facts, amount_xof=120_000).pk


def test_enrolling_is_a_fixed_number_of_statements() -> None:
    counts, one = [], play(places=30)
    for number in (2, 12):
        one = one if number == 2 else _again(one)
        one.decided(number)
        with counting_statements() as counted:
            selection.enrol(one.call, cohort=f"AGR {number}", by=one.scene.planner)
        counts.append(counted.count)
    assert counts[0] == counts[1]


def _again(one: Play) -> Play:
    """Another call of the same scene."""
    offer = actions.Offer("AGR-KITA2", "Suite", OPENS, CLOSES, 30, 30 * 120_000)
    call = actions.make_call(
        one.scene.contracts["grants"], offer, read_terms("AGR-120"), one.scene.communes, by=one.scene.planner
    )
    actions.open_call(call, by=one.scene.planner)
    return Play(one.scene, call)


HEADER = "numero_rsu;porteur;activite;description;recettes;depenses;apport_fcfa;groupement;membres\n"


def _take(one: Play, path: Path, text: str) -> application_file.Taken:
    path.write_text(HEADER + text)
    with open_table(path) as table:
        return application_file.take(one.call, table, by=one.scene.agent)


def test_a_file_of_applications_enters_and_again_changes_nothing(tmp_path: Path) -> None:
    one = play()
    households = [Household.objects.get(pk=pk) for pk in make_households(4, one.scene.village)]
    a, b, c, d = (h.rsu for h in households)
    head = Membership.objects.get(household=households[1], relation="head").person
    text = (
        f"{a};;commerce;Condiments;20 000|21 000;9 000|9 000;5 000;;\n"
        f"{b};{head};petit commerce;Pagnes;20000;9000;;;\n"
        f"{c};;embouche;Moutons;0;40000;;Benkadi;{d}\n"
    )
    taken = _take(one, tmp_path / "a.csv", text)
    assert (taken.read, taken.received, taken.known, taken.faults) == (3, 3, 0, [])
    found = {x.household_id: x for x in one.call.applications.all()}
    assert found[households[0].pk].incomes_xof == [20_000, 21_000] and found[households[0].pk].own_xof == 5_000
    assert found[households[1].pk].applicant == head
    assert found[households[2].pk].applicants.count() == 2
    again = _take(one, tmp_path / "a.csv", text)
    assert (again.received, again.known, again.held) == (0, 3, 0)


@pytest.mark.parametrize(
    ("line", "column", "said"),
    [
        ("0000-0000-00;;commerce;X;1;1;;;", "numero_rsu", "Aucun ménage"),
        ("{rsu};Personne Inconnue;commerce;X;1;1;;;", "porteur", "pas le nom d’un membre"),
        ("{rsu};;usure;X;1;1;;;", "activite", "pas une activité"),
        ("{rsu};;commerce;;1;1;;;", "description", "description"),
        ("{rsu};;commerce;X;1|2;1;;;", "depenses", "2 mois de recettes et 1 de dépenses"),
        ("{rsu};;commerce;X;dix;1;;;", "recettes", "n’est pas un nombre entier"),
        ("{rsu};;commerce;X;1;1;1,5;;", "apport_fcfa", "décimales"),
        ("{rsu};;commerce;X;1;1;;Benkadi;", "membres", "un nom et des membres"),
        ("{rsu};;commerce;X;1;1;;Benkadi;{rsu}", "membres", "deux fois"),
    ],
)
def test_a_wrong_line_is_held_and_the_good_ones_enter(tmp_path: Path, line: str, column: str, said: str) -> None:
    one = play()
    good, wrong = (Household.objects.get(pk=pk) for pk in make_households(2, one.scene.village))
    taken = _take(one, tmp_path / "a.csv", f"{good.rsu};;commerce;X;1;1;;;\n{line.format(rsu=wrong.rsu)}\n")
    assert (taken.received, taken.held) == (1, 1)
    [fault] = taken.faults
    assert (fault.line, fault.column) == (3, column) and said in fault.what and fault.remedy


def test_a_file_names_a_household_once_and_has_its_columns(tmp_path: Path) -> None:
    one = play()
    [household] = (Household.objects.get(pk=pk) for pk in make_households(1, one.scene.village))
    line = f"{household.rsu};;commerce;X;1;1;;;\n"
    taken = _take(one, tmp_path / "a.csv", line + line)
    assert (taken.received, [f.line for f in taken.faults]) == (1, [3])
    (tmp_path / "b.csv").write_text("numero_rsu;activite\n1;2\n")
    with pytest.raises(InputError, match="Colonnes manquantes"), open_table(tmp_path / "b.csv") as table:
        application_file.take(one.call, table, by=one.scene.agent)


def test_a_file_is_taken_in_a_fixed_number_of_statements(tmp_path: Path) -> None:
    one, counts = play(), []
    for number in (1, 9):
        made = [Household.objects.get(pk=pk) for pk in make_households(number, one.scene.village)]
        with counting_statements() as counted:
            _take(one, tmp_path / f"{number}.csv", "".join(f"{h.rsu};;commerce;X;1;1;;;\n" for h in made))
        counts.append(counted.count)
    assert counts[0] == counts[1]
