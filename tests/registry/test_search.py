"""Searching: what a person typed, whom it finds and why, and whom it never does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import count, product

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jigi.foundation.bulk import statement
from jigi.foundation.models import User
from jigi.geography.scope import seen_by
from jigi.registry import names
from jigi.registry.likeness import slips
from jigi.registry.models import Household, Identifier, Membership, Person, Phone
from jigi.registry.search import Wanted, find, on_card, understood
from tests.factories import Areas, make_areas, make_households, make_user

NINA = "12801234567890K"
NUMBERS = count()
DAY = date(2017, 1, 1)


@pytest.fixture
def areas(db: None) -> Areas:
    return make_areas(communes=2)


@pytest.fixture
def officer(areas: Areas) -> User:
    """Posted in the first commune."""
    return make_user("kadi", "social_officer", areas.communes[0])


def person(areas: Areas, given_names: str, surname: str, village: int = 0, **said: object) -> Person:
    """The head of a new household of a village (0 and 1 are of the first commune, 2 and 3 of the second)."""
    household = make_households(1, areas.villages[village], prefix=f"essai {next(NUMBERS)}")[0]
    found = Person.objects.get(memberships__household=household, memberships__relation="head")
    Person.objects.filter(pk=found.pk).update(given_names=given_names, surname=surname, **said)
    found.refresh_from_db()
    return found


def found(officer: User, text: str = "", **wanted: object) -> dict[str, str]:
    """Persons found and why, the likest first."""
    matches = find(Wanted(text, **wanted), by=officer).matches  # type: ignore[arg-type]
    return {str(match.membership.person): " · ".join(match.why.reasons) for match in matches}


@pytest.mark.parametrize(
    ("typed", "kind", "text"),
    [
        ("", "nothing", ""),
        ("4827 1930 66", "rsu", "4827193066"),
        ("4827", "begins", "4827"),
        ("76 54 32 10", "phone", "76543210"),
        ("+223 76 54 32 10", "phone", "76543210"),
        ("1 2 80 1234567 890 k", "nina", NINA),
        ("AB-123456", "document", "AB123456"),
        ("Fatim Kulibali", "name", "Fatim Kulibali"),
    ],
)
def test_what_is_typed_is_understood(typed: str, kind: str, text: str) -> None:
    asked = understood(typed)
    assert (asked.kind, asked.text) == (kind, text)


def test_a_card_typed_by_a_scanner_set_for_another_keyboard_is_read(areas: Areas) -> None:
    one = Household.objects.get(pk=make_households(1, areas.villages[0])[0])
    typed = one.rsu_number.translate(str.maketrans("1234567890", "&é\"'(-è_çà"))
    assert understood(f"RSU&M{typed}").text == understood(f"RSU1:{one.rsu_number}").text == one.rsu_number


def test_the_square_of_a_card_gives_the_number_whose_check_digits_are_right(areas: Areas) -> None:
    one = Household.objects.get(pk=make_households(1, areas.villages[0])[0])
    for said in (f"RSU {one.rsu}", f"https://exemple.invalid/menages/{one.rsu_number}/", f"JIGI:{one.rsu}:2024"):
        assert on_card(said) == one.rsu_number == understood(said).text
    wrong = f"{(int(one.rsu_number) + 1) % 10**10:010}"
    assert on_card(f"RSU {wrong}") == ""


@pytest.mark.parametrize(
    "typed",
    [
        "Fatoumata Coulibaly", "coulibaly fatoumata", "Fatim Kulibali", "FATOU KOULIBALY", "Binta Coulibaly",
        "Fatoumata Binta Coulibaly", "Vieille Coulibaly", "Fatoumata Coulibali", "Fatoumta Coulibaly",
        "Fatoumata Coulibasy", "Mme Coulibaly Fatoumata",
    ],
)  # fmt: skip
def test_a_person_is_found_in_other_spellings_orders_and_names(areas: Areas, officer: User, typed: str) -> None:
    person(areas, "Fatoumata Binta", "Coulibaly", nickname="Vieille")
    assert list(found(officer, typed)) == ["Fatoumata Binta Coulibaly"]


@pytest.mark.parametrize(
    "typed", ["Mohamed Alhassane", "Mohamed ag Alhassane", "Mohammed Ag Al Hassane", "Ag Alhassane"]
)
def test_particles_are_no_names(areas: Areas, officer: User, typed: str) -> None:
    person(areas, "Mohamed", "Ag Alhassane")
    assert list(found(officer, typed)) == ["Mohamed Ag Alhassane"]


@pytest.mark.parametrize("typed", ["Fatoumata Colibasy", "Fetoumota Coulibaly"])
def test_two_wrong_letters_of_a_long_name_are_forgiven(areas: Areas, officer: User, typed: str) -> None:
    person(areas, "Fatoumata", "Coulibaly")
    assert "à deux lettres près" in found(officer, typed)["Fatoumata Coulibaly"]


@pytest.mark.parametrize("typed", ["Fatoumata Diallo", "Moussa Coulibaly", "Ag", "?", "Xyz"])
def test_another_name_finds_nobody(areas: Areas, officer: User, typed: str) -> None:
    person(areas, "Fatoumata", "Coulibaly")
    assert found(officer, typed) == {}


def test_one_is_told_why(areas: Areas, officer: User) -> None:
    person(
        areas, "Fatoumata", "Koulibaly", mother_name="Awa Traoré", birth_date=date(1985, 1, 1), birth_precision="about"
    )
    assert found(officer, "Fatoumata Coulibaly") == {"Fatoumata Koulibaly": "nom et prénom"}
    assert found(officer, "Fatim Tarawele") == {}
    why = found(officer, "Fatim Coulibasy", born=1987, parent="Hawa Tarawele")["Fatoumata Koulibaly"]
    assert why == "écrit Fatoumata · à une lettre près : Koulibaly · né vers 1985 · mère : Awa Traoré"


def test_the_likest_comes_first(areas: Areas, officer: User) -> None:
    for given_names, surname in (("Fatoumata", "Coulibasy"), ("Fatim", "Coulibaly"), ("Fatoumata", "Coulibaly")):
        person(areas, given_names, surname)
    assert list(found(officer, "Fatoumata Coulibaly")) == [
        "Fatoumata Coulibaly", "Fatim Coulibaly", "Fatoumata Coulibasy",
    ]  # fmt: skip


def test_birth_sex_village_and_parents_narrow(areas: Areas, officer: User) -> None:
    person(
        areas, "Awa", "Koné", birth_date=date(1985, 1, 1), birth_precision="about", sex="F", mother_name="Sira Keïta"
    )
    for wanted in ({"born": 1980}, {"born": 1990}, {"sex": "F"}, {"parent": "Keita"}, {"parent": "Sira Keyita"}):
        assert list(found(officer, "Kone Awa", **wanted)) == ["Awa Koné"], wanted
    for wanted in ({"born": 1979}, {"sex": "M"}, {"parent": "Diallo"}, {"villages": {areas.villages[1].pk}}):
        assert found(officer, "Kone Awa", **wanted) == {}, wanted


def test_a_village_and_a_parent_do_without_a_name(areas: Areas, officer: User) -> None:
    person(areas, "Awa", "Koné", mother_name="Sira Keïta")
    here = {"villages": frozenset({areas.villages[0].pk}), "communes": frozenset({areas.communes[0].pk})}
    assert list(found(officer, parent="Sira Keita", **here)) == ["Awa Koné"]
    assert found(officer, parent="Sira Keita") == found(officer, **here) == {}


def test_numbers_find_their_holder(areas: Areas, officer: User) -> None:
    one = person(areas, "Awa", "Koné")
    Phone.objects.create(person=one, number="+22376543210")
    Identifier.objects.create(person=one, kind="nina", value=NINA)
    Identifier.objects.create(person=one, kind="voter", value="AB123456")
    household = one.memberships.get().household
    said = {"76543210": "téléphone", NINA: "NINA", NINA[:-1]: "NINA", "ab 123456": "numéro de document"}
    said |= {household.rsu: "n° RSU", household.rsu[:4]: f"n° RSU commençant par {household.rsu[:4]}"}
    assert {typed: found(officer, typed).get("Awa Koné") for typed in said} == said


def _routes(one: Person) -> list[Wanted]:
    """Every way to a person: names in all steps, numbers, parents."""
    household = one.memberships.get().household
    texts = [str(one), "Fatim Kulibali", "Fatoumata Coulibasy", "Coulibaly", "Fatoumata", "Binta", "76543210", NINA,
             household.rsu, household.rsu[:4]]  # fmt: skip
    village, commune = frozenset({household.village_id}), frozenset({household.commune_id})
    everywhere = [Wanted(text, communes=place) for text, place in product(texts, (None, commune))]
    return [*everywhere, Wanted(parent="Awa", communes=commune, villages=village)]  # type: ignore[arg-type]


@pytest.mark.parametrize("fenced", [True, False])
def test_a_person_out_of_scope_is_found_by_no_route(
    areas: Areas, officer: User, fenced: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.conf.settings.FENCED", fenced)
    one = person(areas, "Fatoumata Binta", "Coulibaly", village=2, mother_name="Awa Traoré")
    Phone.objects.create(person=one, number="76543210")
    Identifier.objects.create(person=one, kind="nina", value=NINA)
    there = make_user("la-bas", "social_officer", areas.communes[1])
    for wanted in _routes(one):
        with seen_by(officer):
            assert find(wanted, by=officer).matches == [], wanted
        with seen_by(there):
            assert [match.membership.person for match in find(wanted, by=there).matches] == [one], wanted


def test_names_are_sought_in_their_index_under_the_fence(
    areas: Areas, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator that PostgreSQL does not hold leakproof would be tried after the fence, on every row."""
    monkeypatch.setattr("django.conf.settings.FENCED", True)
    facts = {"communes": None, "born": 1985, "years": 5, "sex": "F", "parents": ["traore"], "most": 200}
    with seen_by(officer), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        asked = "EXPLAIN " + statement("registry", "find_by_names").partition("\n")[2]
        cursor.execute(asked, facts | {"surnames": ["kulibali"], "given": ["fatumata", "fatim"]})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert plan.count("Index Cond: ") == 3 and "Seq Scan" not in plan


def test_without_a_posting_one_finds_nobody(areas: Areas) -> None:
    one = person(areas, "Fatoumata Binta", "Coulibaly", mother_name="Awa Traoré")
    nobody = User.objects.create_user("rien", full_name="Rien")
    assert all(find(wanted, by=nobody).matches == [] for wanted in _routes(one) if wanted.text != NINA)


def test_a_former_member_is_not_found(areas: Areas, officer: User) -> None:
    one = person(areas, "Fatoumata", "Coulibaly")
    one.memberships.update(ended_on="2016-01-01")
    assert found(officer, "Fatoumata Coulibaly") == {}


def test_the_dead_and_former_members_are_found_when_they_are_asked_for(areas: Areas, officer: User) -> None:
    gone, here = person(areas, "Fatoumata", "Coulibaly"), person(areas, "Fatim", "Coulibaly")
    gone.memberships.update(ended_on="2016-01-01", end_reason="death")
    Person.objects.filter(pk=gone.pk).update(died_on="2016-01-01")
    Phone.objects.create(person=gone, number="76543210")
    for typed in ("Fatoumata Coulibaly", "76543210"):
        assert str(gone) not in found(officer, typed)
        assert str(gone) in found(officer, typed, former=True)
    assert str(here) in found(officer, "Fatoumata Coulibaly", former=True)


def test_who_lives_somewhere_is_found_there_alone_and_others_where_they_were_last(areas: Areas, officer: User) -> None:
    one = person(areas, "Fatoumata", "Coulibaly")
    child = one.memberships.get().household.memberships.get(relation="child").person
    Person.objects.filter(pk=child.pk).update(given_names="Ogobara", surname="Dolo")
    next_home, last_home = (make_households(1, areas.villages[0], prefix=prefix)[0] for prefix in ("b", "c"))
    child.memberships.update(ended_on="2015-01-01", end_reason="departure")
    Membership.objects.create(
        household_id=next_home, person=child, line=9, relation="fostered", started_on="2015-01-01",
        ended_on="2016-01-01", end_reason="departure",
    )  # fmt: skip
    assert _homes(officer, "Ogobara Dolo") == [next_home]
    Membership.objects.create(household_id=last_home, person=child, line=9, relation="fostered", started_on=DAY)
    assert _homes(officer, "Ogobara Dolo") == [last_home]


def _homes(officer: User, text: str) -> list[int]:
    return [one.membership.household_id for one in find(Wanted(text, former=True), by=officer).matches]


@pytest.mark.parametrize("fenced", [True, False])
def test_who_went_to_live_out_of_scope_is_no_former_member_to_be_found(
    areas: Areas, officer: User, fenced: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.conf.settings.FENCED", fenced)
    one = person(areas, "Fatoumata Binta", "Coulibaly", mother_name="Awa Traoré")
    Phone.objects.create(person=one, number="76543210")
    Identifier.objects.create(person=one, kind="nina", value=NINA)
    away = make_households(1, areas.villages[2], prefix="away")[0]
    one.memberships.update(ended_on="2016-01-01", end_reason="departure")
    routes = [replace(wanted, former=True) for wanted in _routes(one)]
    Membership.objects.create(household_id=away, person=one, line=9, relation="other_kin", started_on="2016-01-01")
    Person.objects.filter(pk=one.pk).update(commune=areas.communes[1])
    with seen_by(officer):
        for wanted in routes:
            assert one not in [match.membership.person for match in find(wanted, by=officer).matches], wanted


FORMS = st.sampled_from([forms for forms in names.groups() if len(names.form_key(forms[0])) > 4])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FORMS, st.data())
def test_any_form_of_a_name_finds_any_other_and_one_letter_wrong(
    areas: Areas, officer: User, forms: list[str], data: st.DataObject
) -> None:
    kept, typed = data.draw(st.tuples(st.sampled_from(forms), st.sampled_from(forms)))
    # A letter that makes another sound (« bo », « bia ») changes two: one wrong letter is what is promised.
    wrongs = [one for one in sorted(slips(names.form_key(kept))) if names.form_key(one) == one]
    wrong = data.draw(st.sampled_from(wrongs or [kept]))
    one = person(areas, "Ogobara", kept)
    for asked in (f"Ogobara {typed}", f"{typed} Ogobara", f"Ogobara {wrong}", f"Ogobarra {typed.upper()}"):
        matches = find(Wanted(asked), by=officer).matches
        assert one in [match.membership.person for match in matches], asked
    one.memberships.update(ended_on="2016-01-01")
