"""Who is enrolled: once, in the component's communes, paid to the right person, until the last term."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from jigi.enrolment import actions, queries
from jigi.enrolment.models import Cohort, Enrolment
from jigi.enrolment.states import ENROLMENT
from jigi.foundation import audit
from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import Raced, Refused
from jigi.foundation.models import User
from jigi.programmes.models import Component
from jigi.registry.models import Household, Membership, Person, Phone
from jigi.targeting.models import Result, TargetingRound
from tests.factories import (
    Areas,
    loader,
    make_areas,
    make_component,
    make_enrolments,
    make_households,
    make_user,
    make_village,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def areas() -> Areas:
    return make_areas()


@pytest.fixture
def component(areas: Areas) -> Component:
    return make_component(areas.communes[:2], longer={16: [areas.communes[1]]})


def campaign(households: list[int], *, programme: str = "ESSAI", frozen: bool = True) -> TargetingRound:
    """A campaign that selected all the households but the last."""
    found = TargetingRound.objects.create(
        name="Campagne", programme_code=programme, quota_total=len(households), made_by=loader()
    )
    village = Household.objects.get(pk=households[0]).village
    for position, household in enumerate(households, start=1):
        chosen = position < len(households)
        Result.objects.create(
            targeting_round=found, household_id=household, village=village, position=position,
            selected=chosen, reason="within_quota" if chosen else "beyond_quota",
        )  # fmt: skip
    if frozen:
        TargetingRound.objects.filter(pk=found.pk).update(
            status="frozen", frozen_by=loader(), frozen_at="2015-01-01T00:00Z", result_hash="0" * 64
        )
    return found


def selected(component: Component, households: list[int], name: str = "Cohorte 1") -> Cohort:
    return actions.enrol_selected(campaign(households), component, cohort_name=name, by=loader())


def test_the_selected_households_of_a_frozen_campaign_are_enrolled(areas: Areas, component: Component) -> None:
    households = make_households(5, areas.villages[0])
    cohort = selected(component, households)
    assert (cohort.asked, cohort.enrolled) == (4, 4)
    assert set(Enrolment.objects.values_list("household_id", flat=True)) == set(households[:4])


def test_an_enrolment_says_who_is_paid_where_and_until_when(areas: Areas, component: Component) -> None:
    [household] = make_households(1, areas.villages[2])
    make_enrolments(component, [household])
    enrolment = Enrolment.objects.get()
    assert (enrolment.first_term, enrolment.last_term) == (1, 16)
    assert (enrolment.recipient.given_names, enrolment.alternate.given_names) == ("Awa", "Moussa")
    assert enrolment.account == Phone.objects.get(person=enrolment.recipient).number
    assert enrolment.pay_point == f"Site de {areas.communes[1].name}"
    assert enrolment.agency.code == "AGENCE-ESSAI"
    assert enrolment.village == areas.villages[2]


def test_the_head_receives_when_nobody_is_designated(areas: Areas, component: Component) -> None:
    make_enrolments(component, make_households(1, areas.villages[0], recipient=None))
    enrolment = Enrolment.objects.get()
    assert (enrolment.recipient.given_names, enrolment.alternate) == ("Moussa", None)


def test_a_component_may_ask_for_a_designated_recipient(areas: Areas) -> None:
    component = make_component(areas.communes, rules='recipient = "designated"')
    undesignated = make_households(2, areas.villages[0], recipient=None)
    cohort = make_enrolments(component, undesignated + make_households(1, areas.villages[0]))
    assert (cohort.enrolled, cohort.without_recipient) == (1, 2)


def test_a_component_may_pay_in_villages(areas: Areas) -> None:
    component = make_component(areas.communes, rules='pay_point = "village"')
    make_enrolments(component, make_households(1, areas.villages[1]))
    assert Enrolment.objects.get().pay_point == f"Site de {areas.villages[1].name}"


def test_only_a_wallet_takes_the_telephone_for_account(areas: Areas) -> None:
    component = make_component(areas.communes, agency_kind="mfi")
    cohort = make_enrolments(component, make_households(1, areas.villages[0]))
    assert (Enrolment.objects.get().account, cohort.without_account) == ("", 0)


def test_recipients_without_a_telephone_are_enrolled_and_counted(areas: Areas, component: Component) -> None:
    cohort = make_enrolments(component, make_households(2, areas.villages[0], phones=False))
    assert (cohort.enrolled, cohort.without_account) == (2, 2)


def test_a_member_who_has_left_receives_nothing(areas: Areas, component: Component) -> None:
    [household] = make_households(1, areas.villages[0])
    Membership.objects.filter(household=household, role="recipient").update(ended_on="2014-12-01")
    make_enrolments(component, [household])
    assert Enrolment.objects.get().recipient.given_names == "Moussa"


def test_a_telephone_of_ones_own_comes_before_a_neighbours(areas: Areas, component: Component) -> None:
    [household] = make_households(1, areas.villages[0], phones=False)
    awa = Membership.objects.get(household=household, role="recipient").person
    Phone.objects.create(person=awa, number="+22366000001", owner="neighbour")
    Phone.objects.create(person=awa, number="+22366000002", owner="self")
    make_enrolments(component, [household])
    assert Enrolment.objects.get().account == "+22366000002"


def test_a_household_named_three_times_is_enrolled_once(areas: Areas, component: Component) -> None:
    [household] = make_households(1, areas.villages[0])
    cohort = make_enrolments(component, [household] * 3)
    assert (cohort.asked, cohort.enrolled, Enrolment.objects.count()) == (1, 1, 1)


def test_an_empty_list_enrols_nobody(areas: Areas, component: Component) -> None:
    make_households(3, areas.villages[0])
    with pytest.raises(Refused, match="Une liste vide ne choisit personne"):
        make_enrolments(component, [])
    assert not Enrolment.objects.exists() and not Cohort.objects.exists()


def test_a_campaign_that_selected_nobody_enrols_nobody(areas: Areas, component: Component) -> None:
    with pytest.raises(Refused, match="Aucun ménage à inscrire"):
        selected(component, make_households(1, areas.villages[0]))
    assert not Cohort.objects.exists()


def test_a_campaign_must_be_frozen(areas: Areas, component: Component) -> None:
    found = campaign(make_households(2, areas.villages[0]), frozen=False)
    with pytest.raises(Refused, match="n’est pas gelée"):
        actions.enrol_selected(found, component, cohort_name="Cohorte", by=loader())


def test_a_campaign_of_another_programme_is_refused(areas: Areas, component: Component) -> None:
    found = campaign(make_households(2, areas.villages[0]), programme="AUTRE")
    with pytest.raises(Refused, match="celle du programme AUTRE"):
        actions.enrol_selected(found, component, cohort_name="Cohorte", by=loader())


def test_who_cannot_be_enrolled_is_counted(areas: Areas, component: Component) -> None:
    inside = make_households(3, areas.villages[0])
    outside = make_households(2, areas.villages[4])
    make_enrolments(component, inside[:1], cohort="Avant")
    Household.objects.filter(pk=inside[1]).update(status="left")
    cohort = make_enrolments(component, inside + outside)
    assert (cohort.asked, cohort.enrolled, cohort.already_enrolled) == (5, 1, 1)
    assert (cohort.outside_communes, cohort.left_register) == (2, 1)
    assert cohort.left_out == "1 déjà inscrit, 2 hors des communes de la composante, 1 sorti du registre"


def test_a_cohort_that_starts_after_a_commune_has_finished(areas: Areas, component: Component) -> None:
    households = make_households(1, areas.villages[0]) + make_households(1, areas.villages[2])
    cohort = make_enrolments(component, households, first_term=13)
    assert (cohort.enrolled, cohort.calendar_over) == (1, 1)


def test_a_second_enrolment_says_that_all_are_enrolled_already(areas: Areas, component: Component) -> None:
    households = make_households(2, areas.villages[0])
    make_enrolments(component, households)
    with pytest.raises(Refused, match="2 déjà inscrits"):
        make_enrolments(component, households, cohort="Autre")
    with pytest.raises(Refused, match="existe déjà"):
        make_enrolments(component, households)


def test_unknown_households_refuse_the_whole_list(areas: Areas, component: Component) -> None:
    with pytest.raises(Refused, match="pas au registre : 2, dont 999999"):
        make_enrolments(component, [*make_households(1, areas.villages[0]), 999_999, 1_000_000])
    assert not Enrolment.objects.exists()


def test_the_database_refuses_two_live_enrolments(areas: Areas, component: Component) -> None:
    make_enrolments(component, make_households(1, areas.villages[0]))
    twin = Enrolment.objects.get()
    twin.pk = None
    with pytest.raises(IntegrityError, match="one_live_enrolment"), transaction.atomic():
        twin.save(force_insert=True)
    actions.exit(Enrolment.objects.get(), "déménagement", by=loader())
    twin.save(force_insert=True)


def test_somebody_who_enrols_at_the_same_moment_is_told(areas: Areas, component: Component) -> None:
    households = make_households(1, areas.villages[0])
    make_enrolments(component, households)
    actions.exit(Enrolment.objects.get(), "erreur", by=loader())
    with connection.cursor() as cursor:
        cursor.execute("""
            CREATE FUNCTION somebody_was_first() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                UPDATE enrolment_enrolment SET status = 'active', exited_at = NULL, exit_reason = '';
                RETURN NEW;
            END $$;
            CREATE TRIGGER race BEFORE INSERT ON enrolment_cohort
                FOR EACH ROW EXECUTE FUNCTION somebody_was_first();
        """)
    with pytest.raises(Raced, match="rien n’a été inscrit"):
        make_enrolments(component, households, cohort="Autre")
    assert Cohort.objects.count() == 1


@pytest.mark.parametrize(("cohort", "first_term"), [(" ", 1), ("Cohorte", 0)])
def test_a_cohort_has_a_name_and_a_first_term(areas: Areas, component: Component, cohort: str, first_term: int) -> None:
    with pytest.raises(Refused, match="cohorte"):
        make_enrolments(component, make_households(1, areas.villages[0]), cohort=cohort, first_term=first_term)


def test_the_database_refuses_a_cohort_that_does_not_add_up(areas: Areas, component: Component) -> None:
    cohort = make_enrolments(component, make_households(1, areas.villages[0]))
    with pytest.raises(IntegrityError, match="cohort_adds_up"), transaction.atomic():
        Cohort.objects.filter(pk=cohort.pk).update(asked=2)


def test_the_number_of_statements_does_not_depend_on_the_households(areas: Areas, component: Component) -> None:
    counts = []
    for n in (1, 2, 500):
        households = make_households(n, areas.villages[0])
        with counting_statements() as counted:
            make_enrolments(component, households, cohort=f"Cohorte de {n}")
        counts.append(counted.count)
    assert counts[1] == counts[2]


def test_a_manager_of_elsewhere_enrols_nobody(areas: Areas, component: Component) -> None:
    stranger = make_user("etranger", area=areas.communes[0])
    households = make_households(1, areas.villages[0])
    with pytest.raises(Refused, match="inscrire des ménages"):
        actions.enrol_households(component, households, cohort_name="Cohorte", by=stranger)


@pytest.fixture
def enrolment(areas: Areas, component: Component) -> Enrolment:
    make_enrolments(component, make_households(1, areas.villages[0]))
    return Enrolment.objects.get()


def test_a_suspension_is_lifted(enrolment: Enrolment) -> None:
    actions.suspend(enrolment, reason="insécurité", by=loader())
    assert enrolment.status == "suspended"
    actions.resume(enrolment, reason="retour au calme", by=loader())
    assert [event.verb for event in audit.history("enrolment", enrolment.pk)] == ["resume", "suspend"]


def test_an_exit_has_a_reason_and_is_final(enrolment: Enrolment) -> None:
    with pytest.raises(Refused, match="motif"):
        actions.exit(enrolment, "  ", by=loader())
    actions.exit(enrolment, "décès du seul membre", by=loader())
    assert Enrolment.objects.get().exit_reason == "décès du seul membre"
    with pytest.raises(Refused, match="« sorti »"):
        actions.resume(enrolment, reason="erreur", by=loader())


def test_the_second_of_two_people_is_told(enrolment: Enrolment) -> None:
    stale = Enrolment.objects.get()
    actions.suspend(enrolment, reason="insécurité", by=loader())
    with pytest.raises(Raced):
        actions.suspend(stale, reason="insécurité", by=loader())


def test_the_database_refuses_an_exit_without_a_reason(enrolment: Enrolment) -> None:
    with pytest.raises(IntegrityError, match="enrolment_exit_has_a_reason"), transaction.atomic():
        Enrolment.objects.update(status="exited")


def test_the_alternate_takes_the_place_of_the_recipient(enrolment: Enrolment) -> None:
    former, alternate = enrolment.recipient, enrolment.alternate
    Phone.objects.create(person=alternate, number="+22366000000", owner="self")
    actions.change_recipient(enrolment, alternate, reason="absence longue", by=loader())
    assert (enrolment.recipient, enrolment.alternate) == (alternate, former)
    assert enrolment.account == "+22366000000"


def test_the_recipient_is_a_present_member_of_the_household(areas: Areas, enrolment: Enrolment) -> None:
    [other] = make_households(1, areas.villages[0])
    stranger = Person.objects.filter(memberships__household_id=other).first()
    gone = Membership.objects.get(household=enrolment.household, line=1)
    Membership.objects.filter(pk=gone.pk).update(ended_on="2016-01-01")
    for person in (stranger, gone.person):
        with pytest.raises(Refused, match="n’est pas un membre présent"):
            actions.change_recipient(enrolment, person, reason="essai", by=loader())


def test_households_leave_after_their_last_term(areas: Areas, component: Component) -> None:
    twelve, sixteen = make_households(3, areas.villages[0]), make_households(2, areas.villages[2])
    make_enrolments(component, twelve + sixteen)
    actions.suspend(Enrolment.objects.get(household_id=twelve[0]), reason="insécurité", by=loader())
    assert actions.exit_finished(component, 11, by=loader()) == 0
    assert actions.exit_finished(component, 12, by=loader()) == 2
    assert actions.exit_finished(component, 12, by=loader()) == 0
    reasons = Enrolment.objects.filter(status="exited").values_list("exit_reason", flat=True)
    assert set(reasons) == {"fin des 12 échéances"}


def test_a_term_closed_in_one_commune_lets_nobody_go_elsewhere(areas: Areas) -> None:
    component = make_component(areas.communes, terms=1, first_period="2022-02", months=1)
    make_enrolments(component, make_households(1, areas.villages[0]) + make_households(1, areas.villages[2]))
    assert actions.exit_finished(component, 1, by=loader(), communes=[]) == 0
    assert actions.exit_finished(component, 1, by=loader(), communes=areas.communes[:1]) == 1
    assert Enrolment.objects.get(status="exited").exit_reason == "fin de l’échéance unique"


def test_a_user_sees_the_enrolments_of_his_area(areas: Areas, component: Component) -> None:
    make_enrolments(component, make_households(2, areas.villages[0]) + make_households(1, areas.villages[2]))
    local = make_user("locale", "social_officer", area=areas.communes[0])
    elsewhere = make_user("ailleurs", "social_officer", programme="AUTRE")
    nobody = User.objects.create_user("personne")
    seen = [queries.visible_to(user).count() for user in (local, elsewhere, nobody, loader())]
    assert seen == [2, 0, 0, 3]


def test_the_caseload_of_each_commune(areas: Areas, component: Component) -> None:
    make_enrolments(component, make_households(2, areas.villages[0]) + make_households(1, areas.villages[2]))
    actions.exit(Enrolment.objects.first(), "déménagement", by=loader())
    first, second = queries.caseload_by_commune(component)
    assert (first.active, first.exited, second.active, second.exited) == (1, 1, 1, 0)


def test_the_live_enrolment_of_a_household_comes_first(enrolment: Enrolment) -> None:
    actions.exit(enrolment, "déménagement", by=loader())
    make_enrolments(enrolment.component, [enrolment.household_id], cohort="Retour")
    assert [found.status for found in queries.of_household(enrolment.household)] == ["active", "exited"]


def test_the_states_are_drawn() -> None:
    assert "active --> suspended : Suspendre" in ENROLMENT.diagram()


def test_households_of_a_golden_number_are_enrolled_in_one_statement(areas: Areas) -> None:
    component = make_component(areas.communes[:1])
    households = make_households(2_709, make_village(areas.communes[0], 9))
    assert make_enrolments(component, households).enrolled == 2_709
    connection.check_constraints()


def test_a_decision_may_name_who_receives(component: Component, areas: Areas) -> None:
    first, second = make_households(2, areas.villages[0])
    child = Membership.objects.get(household=first, relation="child").person_id
    stranger = Membership.objects.get(household=first, relation="head").person_id
    actions.enrol_recipients(component, {first: child, second: stranger}, cohort_name="Choisis", by=loader())
    assert Enrolment.objects.get(household=first).recipient_id == child
    by_the_register = Membership.objects.get(household=second, role="recipient").person_id
    assert Enrolment.objects.get(household=second).recipient_id == by_the_register
