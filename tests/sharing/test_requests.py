"""A request under an agreement: criteria within it, counted, asked by one, decided by another, and never changed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.http import QueryDict
from django.utils import timezone

from jigi.foundation.errors import Refused
from jigi.foundation.models import AuditEvent
from jigi.registry.models import Health, Household, LivingConditions, Membership
from jigi.sharing import delivering, objections, queries, requests
from jigi.sharing.models import SharingDelivery, SharingObjection, SharingPart, SharingRequest, SharingToken
from jigi.sharing.rules import Criteria, shown_count
from tests.factories import make_areas, make_commune, make_component, make_enrolments, make_user
from tests.sharing.asked import AS_OF, Partnership, make_partnership

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared() -> Partnership:
    return make_partnership()


def counted(shared: Partnership, criteria: Criteria, **said: Any) -> tuple[int, int]:
    areas = said.get("areas", [shared.areas.cercle])
    found = requests.count(shared.agreement, criteria, areas, said.get("as_of", AS_OF), by=shared.maker)
    return found.households, found.persons


def test_children_of_6_to_59_months_of_some_communes(shared: Partnership) -> None:
    children = Criteria(unit="person", age_from=6, age_to=59)
    assert counted(shared, children) == (5, 5)
    assert counted(shared, children, areas=[shared.areas.communes[1]]) == (2, 2)
    assert counted(shared, children, areas=[shared.areas.villages[0]]) == (3, 3)
    assert counted(shared, Criteria()) == (5, 15)


@pytest.mark.parametrize(
    ("as_of", "age_from", "age_to", "found"),
    [
        (date(2016, 2, 29), 6, 59, 5),  # born on 1 March 2011: the last day of 59 months
        (date(2016, 3, 1), 6, 59, 0),
        (date(2011, 8, 31), 6, 59, 0),
        (date(2011, 9, 1), 6, 59, 5),
    ],
)
def test_an_age_is_in_whole_months_both_ends_included(
    as_of: date, age_from: int, age_to: int, found: int, shared: Partnership
) -> None:
    assert counted(shared, Criteria(unit="person", age_from=age_from, age_to=age_to), as_of=as_of)[1] == found


def test_each_criterion_chooses(shared: Partnership) -> None:
    first, second, third, *_ = shared.households
    spouse = Membership.objects.get(household=first, relation="spouse").person
    mother = Membership.objects.get(household=second, relation="spouse").person
    Health.objects.create(person=spouse, due_on=date(2014, 12, 1), collected_on=AS_OF)
    Health.objects.create(person=mother, breastfeeding_since=date(2014, 5, 1), collected_on=AS_OF)
    LivingConditions.objects.create(household_id=third, collected_on=AS_OF, fcs=20, rcsi=15, hdds=3, meals_per_day=1)
    Household.objects.filter(pk=second).update(situation="displaced", collected_on=date(2012, 1, 1))
    assert counted(shared, Criteria(expecting=True)) == (1, 1)
    assert counted(shared, Criteria(expecting=True, breastfeeding=True)) == (2, 2)
    assert counted(shared, Criteria(situations=("displaced", "returned")))[0] == 1
    assert counted(shared, Criteria(fcs_to=28, rcsi_from=10, hdds_to=3, meals_to=2))[0] == 1
    assert counted(shared, Criteria(fcs_to=19))[0] == 0
    assert counted(shared, Criteria(seen_within=12))[0] == 4
    assert counted(shared, Criteria(sex="F", unit="person"))[1] == 10


def test_an_agreement_of_a_programme_shares_its_households_alone() -> None:
    component = make_component(make_areas(communes=2).communes)
    shared = make_partnership(programmes=("ESSAI",))
    make_enrolments(component, shared.households[:2])
    assert counted(shared, Criteria())[0] == 2
    with pytest.raises(Refused, match="n’est pas de la convention"):
        counted(shared, Criteria(programmes=("AUTRE",)))


def test_a_criterion_tells_a_fact_that_the_agreement_must_share(shared: Partnership) -> None:
    shared = make_partnership_of(["rsu_number"], shared)
    for criteria in (
        Criteria(sex="F"),
        Criteria(expecting=True),
        Criteria(fcs_to=20),
        Criteria(situations=("returned",)),
    ):
        with pytest.raises(Refused, match="ne partage pas"):
            counted(shared, criteria)
    assert counted(shared, Criteria(seen_within=600 // 10))[0] == 5


def make_partnership_of(fields: list[str], shared: Partnership) -> Partnership:
    """The same people under another agreement."""
    from jigi.sharing import actions
    from tests.sharing.signed import signed

    before = shared.agreement
    shared.agreement = signed(
        [shared.areas.cercle],
        shared.maker,
        code="CP-2",
        fields=fields,
        starts_on=before.starts_on,
        ends_on=before.ends_on,
    )
    actions.approve(shared.agreement, by=shared.protector)
    return shared


def test_who_opposes_is_left_out_and_counted(shared: Partnership) -> None:
    first, second, *_ = shared.households
    child = Membership.objects.get(household=second, relation="child").person
    objections.oppose(Household.objects.get(pk=first), None, partner="", data_request=1)
    objections.oppose(Household.objects.get(pk=second), child, partner="PAM", data_request=2)
    objections.oppose(Household.objects.get(pk=shared.households[2]), None, partner="AUTRE", data_request=3)
    assert counted(shared, Criteria(unit="person")) == (4, 11)
    found = requests.count(shared.agreement, Criteria(), [shared.areas.cercle], AS_OF, by=shared.maker)
    assert (found.households, found.opposed) == (3, 2)
    objections.lift(1)
    assert counted(shared, Criteria())[0] == 4


def test_one_asks_and_another_decides(shared: Partnership) -> None:
    made = shared.ask()
    assert (made.households, made.persons, made.opposed) == (5, 15, 0)
    assert list(queries.requests_awaiting(shared.protector)) == [made]
    with pytest.raises(Refused, match="affectation"):
        requests.approve(made, by=shared.maker)
    requests.approve(made, by=shared.protector)
    assert not queries.requests_awaiting(shared.protector)
    verbs = AuditEvent.objects.filter(noun="sharing_request").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["ask", "approve"]
    requests.withdraw(made, by=shared.maker)
    assert made.status == "withdrawn"


def test_a_partner_asks_under_its_own_agreement_alone(shared: Partnership) -> None:
    partner = make_user("pam", "partner_programme")
    partner.staff_postings.update(organisation="PAM")
    other = make_user("autre", "partner_programme")
    other.staff_postings.update(organisation="AUTRE")
    assert list(queries.visible_to(partner)) == [shared.agreement] and not queries.visible_to(other)
    shared.maker = partner
    assert shared.ask().made_by == partner
    shared.maker = other
    with pytest.raises(Refused, match="affectation"):
        shared.ask()


def test_a_partner_s_agent_asks_and_takes_for_the_places_of_their_posting_alone(shared: Partnership) -> None:
    here, there = shared.areas.communes
    agent, whole = make_user("agent", "partner_programme", here), make_user("siege", "partner_programme")
    for one in (agent, whole):
        one.staff_postings.update(organisation="PAM")
    officer, shared.maker = shared.maker, agent
    for areas in ([there], [shared.areas.cercle], [here, there]):
        with pytest.raises(Refused, match="ne couvre pas"):
            shared.ask(areas=areas)
        with pytest.raises(Refused, match="ne couvre pas"):
            counted(shared, Criteria(), areas=areas)
    assert counted(shared, Criteria(), areas=[here])[0] == 3 and list(queries.visible_to(agent)) == [shared.agreement]
    mine, shared.maker = shared.ask(areas=[here]), officer
    other = shared.ask(areas=[there])
    assert [delivering.may_take(agent, one) for one in (mine, other)] == [True, False]
    assert [requests.may_withdraw(agent, one) for one in (mine, other)] == [True, False]
    assert list(queries.requests_visible_to(agent)) == [mine]
    assert set(queries.requests_visible_to(whole)) == set(queries.requests_visible_to(officer)) == {mine, other}
    far = make_user("loin", "partner_programme", make_commune("ML030101"))
    far.staff_postings.update(organisation="PAM")
    assert not queries.visible_to(far) and not queries.requests_visible_to(far)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"fields": []}, "données demandées"),
        ({"fields": ["nina"]}, "données demandées"),
        ({"fields": ["health"]}, "données demandées"),
        ({"recipient_key": "age1faux"}, "n’est pas une clé age"),
        ({"channel": "courrier"}, "comment"),
        ({"channel": "api", "recipient_key": "age1"}, "pas de clé"),
        ({"reason": "x"}, "pourquoi"),
        ({"reason": "x" * 501}, "dépasse 500"),
        ({"reason": "vivres\x00"}, "ne s’écrit pas"),
        ({"criteria": Criteria(programmes=("ESSAI\x00",))}, "n’est pas de la convention"),
        ({"areas": []}, "au moins un lieu"),
        ({"expires_on": date(2199, 1, 1)}, "périme au plus tard"),
        ({"as_of": date(1990, 1, 1), "criteria": Criteria(age_from=1000)}, "Personne ne répond"),
    ],
)
def test_what_goes_beyond_is_refused(said: dict[str, Any], words: str, shared: Partnership) -> None:
    with pytest.raises(Refused, match=words):
        shared.ask(**said)


def test_a_place_is_of_the_agreement(shared: Partnership) -> None:
    with pytest.raises(Refused, match="n’est pas un lieu de la convention"):
        shared.ask(areas=[make_commune("ML030101")])


def test_a_place_is_chosen_only_when_places_are_shared(shared: Partnership) -> None:
    assert counted(shared, Criteria(), areas=[shared.areas.communes[1]])[0] == 2
    shared = make_partnership_of(["rsu_number"], shared)
    with pytest.raises(Refused, match="où vit chacun"):
        counted(shared, Criteria(), areas=[shared.areas.villages[0]])
    with pytest.raises(Refused, match="où vit chacun"):
        shared.ask(areas=[shared.areas.villages[0]], fields=["rsu_number"])
    assert counted(shared, Criteria())[0] == 5


def test_what_is_counted_is_noted(shared: Partnership) -> None:
    counted(shared, Criteria(expecting=True))
    event = AuditEvent.objects.get(noun="sharing_agreement", object_id=str(shared.agreement.pk), verb="search")
    assert event.by == shared.maker and event.after["criteria"] == ["femmes enceintes"]


def test_a_file_already_written_is_taken_away_with_its_request(shared: Partnership) -> None:
    made = shared.delivered()
    requests.withdraw(made.request, by=shared.protector)
    made.refresh_from_db()
    assert made.request.status == "withdrawn" and made.dropped_on and not SharingPart.objects.exists()
    with pytest.raises(Refused, match="n’est plus gardé"):
        delivering.take(made, by=shared.protector)


def test_a_file_asked_for_twice_at_once_is_written_once(shared: Partnership) -> None:
    request = shared.approved()
    same = SharingRequest.objects.get(pk=request.pk)
    delivering.deliver(request, by=shared.protector)
    with pytest.raises(Refused, match="« Remettre » est impossible"):
        delivering.deliver(same, by=shared.protector)


def test_what_is_past_its_day_expires_once(shared: Partnership) -> None:
    made, kept = shared.ask(), shared.approved()
    day = shared.agreement.ends_on + timedelta(days=1)
    assert requests.expire(day) == 2 and requests.expire(day) == 0
    for one in (made, kept):
        one.refresh_from_db()
        assert one.status == "expired"


@pytest.mark.parametrize(
    ("typed", "words"),
    [("age_from=-1", "nombre entier"), ("age_from=9999", "nombre entier"), ("age_from=9&age_to=5", "dépasse"),
     ("age_from=0000000000001", "nombre entier"), (f"age_from={'1' * 5000}", "nombre entier"),
     (f"age_from={'0' * 5000}", "nombre entier"), ("sex=X", "de la liste"), ("situations=riche", "de la liste"),
     ("score_from=2&score_to=1", "dépasse")],
)  # fmt: skip
def test_what_is_no_criterion_is_refused(typed: str, words: str) -> None:
    said = QueryDict(typed)
    with pytest.raises(Refused, match=words):
        Criteria.typed(lambda name: said.get(name, ""), said.getlist)


def test_criteria_are_kept_as_they_were_typed() -> None:
    said = QueryDict("unit=person&sex=F&age_from=180&expecting=oui&situations=displaced&programmes=ESSAI")
    typed = Criteria.typed(lambda name: said.get(name, ""), said.getlist)
    assert Criteria.of_json(typed.to_json()) == typed
    assert typed.facts_told == {"composition", "health", "place"}
    assert "femmes enceintes" in typed.sentences()


def test_a_small_count_is_told_whole_to_who_may_see_the_households() -> None:
    assert [shown_count(count, whole=False) for count in (0, 1, 9, 10)] == [None, None, None, 10]
    assert [shown_count(count, whole=True) for count in (0, 3)] == [0, 3]


LIES: dict[str, Any] = {
    "sharing_request_decided_by_another": lambda s: _update(
        s.ask(), status="approved", decided_by=s.maker, decided_at=_now()
    ),
    "sharing_request_decision_is_signed": lambda s: _update(s.ask(), status="approved"),
    "sharing_request_file_has_key": lambda s: _insert(s, recipient_key=""),
    "sharing_request_asks_something": lambda s: _insert(s, fields=[]),
    "ne dépasse pas sa convention": lambda s: _insert(s, fields=["nina"]),
    "demande de partage ne se modifie pas": lambda s: _update(s.ask(), said={"unit": "person"}),
    "Les lieux d’une demande": lambda s: s.ask().areas.add(make_commune("ML030101")),
    "lieux d’une demande sont": lambda s: s.approved().areas.clear(),
    "au moins": lambda s: _update(_insert(s), status="approved", decided_by=s.protector, decided_at=_now()),
    "sharing_token_revoked_is_signed": lambda s: _token(s, "a", revoked_at=_now()),
    "sharing_token_one_alive": lambda s: (_token(s, "a"), _token(s, "b")),
    "sharing_delivery_by_one": lambda s: SharingDelivery.objects.create(request=s.ask()),
    "sharing_delivery_one_file": lambda s: [
        SharingDelivery.objects.create(request=r, by=s.maker) for r in [s.ask()] * 2
    ],
    "ce qui est gardé": lambda s: _objection(s).delete(),
}


def _now() -> Any:
    return timezone.now()


def _update(one: SharingRequest, **lie: Any) -> None:
    SharingRequest.objects.filter(pk=one.pk).update(**lie)


def _insert(shared: Partnership, **lie: Any) -> SharingRequest:
    facts = {
        "channel": "file", "recipient_key": "age1", "said": {}, "fields": ["place"], "as_of": AS_OF, "reason": "x",
        "expires_on": shared.agreement.ends_on, "households": 1, "persons": 1, "opposed": 0, "made_by": shared.maker,
    }  # fmt: skip
    return SharingRequest.objects.create(agreement=shared.agreement, **(facts | lie))


def _token(shared: Partnership, fingerprint: str, **lie: Any) -> SharingToken:
    return SharingToken.objects.create(agreement=shared.agreement, fingerprint=fingerprint, made_by=shared.maker, **lie)


def _objection(shared: Partnership) -> SharingObjection:
    objections.oppose(Household.objects.get(pk=shared.households[0]), None, partner="", data_request=1)
    return SharingObjection.objects.get()


@pytest.mark.parametrize("truth", LIES)
def test_the_database_refuses_each_lie(truth: str, shared: Partnership) -> None:
    with pytest.raises(DatabaseError, match=f"(?i){truth}"), transaction.atomic():
        LIES[truth](shared)


def test_every_named_constraint_has_its_lie() -> None:
    named = {one.name for model in (SharingRequest, SharingToken, SharingDelivery) for one in model._meta.constraints}
    assert named <= set(LIES)
