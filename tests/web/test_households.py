"""Households: found by what people know of them, seen in one's own communes, read under one's name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from jigi.foundation.models import AuditEvent, User
from jigi.registry.freshness import months_later
from jigi.registry.models import Health, Household, Identifier, LivingConditions, Person, Phone
from tests.factories import Areas, make_component, make_enrolments, make_households, make_user
from tests.payments.scene import peopled


@pytest.fixture
def here(areas: Areas) -> Household:
    """A household of the first commune, of Fatoumata Coulibaly; another lives in the second commune."""
    mine = make_households(1, areas.villages[0], prefix="ici")[0]
    make_households(1, areas.villages[2], prefix="ailleurs")
    head = Person.objects.filter(memberships__household=mine, memberships__relation="head")
    head.update(given_names="Fatoumata Binta", surname="Coulibaly")
    return Household.objects.get(pk=mine)


@pytest.fixture
def officer(client: Client, areas: Areas) -> Client:
    client.force_login(make_user("kadi", "social_officer", areas.communes[0]))
    return client


def _found(client: Client, **asked: str) -> list[str]:
    page = client.get("/menages/", asked, follow=True)
    return [row.rsu for row in Household.objects.all() if f"/menages/{row.rsu}/" in page.content.decode()]


@pytest.mark.parametrize(
    "typed",
    [
        "Coulibaly",
        "kulibali",
        "COULIBALI",
        "Fatoumata Coulibaly",
        "Fatumata Kulibaly",
        "Coulibaly Fatoumata",
        "fatoumata-binta koulibaly",
    ],
)
def test_a_name_is_found_in_its_spellings_and_in_any_order(officer: Client, here: Household, typed: str) -> None:
    assert _found(officer, q=typed) == [here.rsu]


def test_a_common_name_is_found_too(officer: Client, here: Household, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jigi.registry.queries.FEW_MEMBERS", 0)
    assert _found(officer, q="Coulibaly") == [here.rsu]
    assert _found(officer, q="Essai 1") == []


@pytest.mark.parametrize("typed", ["Keïta", "Fatoumata Diallo", "?", "-"])
def test_another_name_finds_nobody(officer: Client, here: Household, typed: str) -> None:
    assert _found(officer, q=typed) == []


@pytest.mark.parametrize("spaced", ["{0}{1}{2}", "{0} {1} {2}", "{0}-{1}-{2}", "{0}.{1}/{2}", "{0}{1}"])
def test_an_rsu_number_is_found_in_any_spacing(officer: Client, here: Household, spaced: str) -> None:
    typed = spaced.format(*here.rsu.split("-"))
    assert _found(officer, q=typed) == [here.rsu]


@pytest.mark.parametrize("typed", ["76543210", "76 54 32 10", "+223 76 54 32 10", "0022376543210", "223-76543210"])
@pytest.mark.parametrize("kept", ["76543210", "+22376543210"])
def test_a_telephone_is_found_with_or_without_223(officer: Client, here: Household, typed: str, kept: str) -> None:
    Phone.objects.create(person=here.memberships.get(line=1).person, number=kept)
    assert _found(officer, q=typed) == [here.rsu]


@pytest.mark.parametrize("typed", ["12801234567890K", "1 2 80 1234567 890 k", "12801234567890"])
def test_a_nina_is_found_with_or_without_its_letter(officer: Client, here: Household, typed: str) -> None:
    person = here.memberships.get(line=2).person
    Identifier.objects.create(person=person, kind="nina", value="12801234567890K")
    assert _found(officer, q=typed) == [here.rsu]


def test_a_former_member_no_longer_leads_to_the_household(officer: Client, here: Household) -> None:
    here.memberships.filter(line=1).update(ended_on="2016-01-01")
    assert _found(officer, q="Coulibaly") == []


def test_one_sees_the_households_of_one_s_own_commune(officer: Client, here: Household) -> None:
    assert _found(officer) == [here.rsu]
    assert officer.get(f"/menages/{here.rsu}/").status_code == 200


def test_a_household_of_another_commune_does_not_exist(officer: Client, here: Household) -> None:
    other = Household.objects.exclude(pk=here.pk).get()
    assert officer.get(f"/menages/{other.rsu}/").status_code == 404
    assert officer.get(f"/menages/fiche/{other.pk}/").status_code == 404
    assert _found(officer, q=other.rsu) == []


def test_without_a_posting_one_sees_nobody(client: Client, here: Household) -> None:
    client.force_login(User.objects.create_user("rien", full_name="Rien"))
    assert _found(client) == []
    assert client.get(f"/menages/{here.rsu}/").status_code == 404


def test_a_whole_number_leads_straight_to_the_page(officer: Client, here: Household) -> None:
    assert officer.get("/menages/", {"q": here.rsu_number}).url == f"/menages/{here.rsu}/"


def test_places_filter_by_name_or_code_and_a_wrong_one_finds_nobody(officer: Client, here: Household) -> None:
    assert _found(officer, lieu="ML010501") == [here.rsu]
    assert _found(officer, lieu="ML010501-001") == [here.rsu]
    assert _found(officer, lieu="commune ML010502") == []
    assert _found(officer, lieu="nulle part") == []


def test_situations_filter(officer: Client, here: Household, areas: Areas) -> None:
    component = make_component(areas.communes)
    assert _found(officer, situation="inscrit") == []
    make_enrolments(component, [here.pk])
    assert _found(officer, situation="inscrit") == [here.rsu]
    assert _found(officer, composante=str(component.pk)) == [here.rsu]
    assert _found(officer, situation="non-inscrit") == _found(officer, situation="n’importe quoi") == []


def test_opening_a_page_is_kept_and_may_be_read(officer: Client, here: Household) -> None:
    officer.get(f"/menages/{here.rsu}/")
    event = AuditEvent.objects.get(noun="household", verb="see")
    assert (event.object_id, event.by.username) == (str(here.pk), "kadi")
    assert "Kadi (essai)" in officer.get(f"/menages/{here.rsu}/acces/").content.decode()


def test_numbers_are_masked_until_a_reason_is_given(officer: Client, here: Household) -> None:
    number = Phone.objects.get(person__memberships__household=here).number
    page = f"/menages/{here.rsu}/"
    assert number not in officer.get(page).content.decode()
    key = "8a4d4f06-63a4-4a53-9fd8-1f0a1c7c0a11"
    officer.post(f"{page}montrer/", {"cle": key, "motif": "appel avant paiement"})
    assert number in officer.get(page).content.decode()
    assert AuditEvent.objects.get(verb="reveal").reason == "appel avant paiement"


def test_no_reason_or_no_right_shows_no_number(officer: Client, here: Household, areas: Areas) -> None:
    page = f"/menages/{here.rsu}/montrer/"
    key = "8a4d4f06-63a4-4a53-9fd8-1f0a1c7c0a12"
    assert officer.post(page, {"cle": key, "motif": " "}).status_code == 403
    officer.force_login(make_user("awa", "programme_manager", areas.country))
    assert officer.post(page, {"cle": key, "motif": "appel avant paiement"}).status_code == 403
    assert not AuditEvent.objects.filter(verb="reveal").exists()


@pytest.mark.django_db
def test_the_page_tells_payments_and_absences(client: Client, tmp_path: Path) -> None:
    scene = peopled(2)
    scene.answer(scene.released(), tmp_path / "retour.csv", absent=1)
    client.force_login(make_user("audit", "auditor"))
    pages = [
        client.get(f"/menages/{one.rsu}/").content.decode().replace("\u202f", " ")
        for one in Household.objects.order_by("pk")
    ]
    assert [("Versement de 30 000 FCFA" in page, "Absence au paiement" in page) for page in pages] == [
        (False, True),
        (True, False),
    ]
    assert "FCFA en 1 fois" in pages[1]


def test_the_page_says_what_the_household_receives(officer: Client, here: Household, areas: Areas) -> None:
    make_enrolments(make_component(areas.communes), [here.pk])
    page = officer.get(f"/menages/{here.rsu}/").content.decode()
    assert "Transfert d’essai" in page and "Inscription au programme" in page and "Agence AGENCE-ESSAI" in page


def _seen(household: Household, months: int, *, living: int | None = None) -> None:
    """The household was seen so many months ago; its living conditions too, or at another time."""
    Household.objects.filter(pk=household.pk).update(collected_on=months_later(date.today(), -months))
    if living is not None:
        day = months_later(date.today(), -living)
        LivingConditions.objects.create(household=household, collected_on=day, wall="banco")


def test_a_household_seen_26_months_ago_says_so_and_what_no_longer_holds(officer: Client, here: Household) -> None:
    _seen(here, 26, living=4)
    page = officer.get(f"/menages/{here.rsu}/").content.decode()
    assert "vu il y a 26 mois : à revoir" in page
    assert "Périmés : composition, résidence, contact, instruction, travail." in page
    assert '<span class="chip wait">26 mois</span>' in officer.get("/menages/").content.decode()


def test_a_household_seen_lately_has_nothing_to_ask_again(officer: Client, here: Household) -> None:
    _seen(here, 1, living=1)
    page = officer.get(f"/menages/{here.rsu}/").content.decode()
    assert "à revoir" not in page and "Tout ce qui a été relevé vaut encore" in page


def test_each_fact_says_where_it_comes_from(officer: Client, here: Household) -> None:
    _seen(here, 1)
    Household.objects.filter(pk=here.pk).update(form_version="RSU v3")
    page = officer.get(f"/menages/{here.rsu}/").content.decode()
    assert f"fiche {here.source_key}" in page and "recueilli par E01" in page and "questionnaire RSU v3" in page
    assert "jamais relevé" in page, "no living conditions were asked"


def test_households_are_filtered_by_their_last_visit(officer: Client, here: Household) -> None:
    _seen(here, 26)
    assert _found(officer, vu="24") == [here.rsu]
    assert _found(officer, vu="36") == _found(officer, vu="recent") == _found(officer, vu="bientôt") == []
    _seen(here, 23)
    assert _found(officer, vu="24") == [] and _found(officer, vu="recent") == [here.rsu]


def test_households_are_filtered_by_a_kind_of_fact_out_of_date(officer: Client, here: Household) -> None:
    _seen(here, 1, living=7)
    assert _found(officer, perime="food.stale") == [here.rsu]
    assert _found(officer, perime="contact.stale") == _found(officer, perime="food.soon") == []
    assert _found(officer, perime="health.stale") == [], "no page reads health"


def test_the_export_names_the_kinds_out_of_date(officer: Client, here: Household) -> None:
    _seen(here, 13, living=7)
    lines = b"".join(officer.get("/menages/", {"format": "csv"})).decode().splitlines()
    assert lines[0].endswith("Vu le;Faits périmés") and lines[1].endswith(";contact, sécurité alimentaire")


def test_the_age_of_health_is_told_to_who_may_read_it(client: Client, here: Household, areas: Areas) -> None:
    Health.objects.create(person=here.memberships.get(line=1).person, collected_on=date(2015, 1, 1))
    for role, told in (("social_officer", False), ("sensitive_case_officer", True)):
        client.force_login(make_user(role, role, areas.communes[0]))
        page = client.get(f"/menages/{here.rsu}/").content.decode()
        assert (">Santé</a>" in page) == told


def test_a_place_says_how_many_are_to_be_seen_again(officer: Client, here: Household) -> None:
    _seen(here, 26)
    page = officer.get(f"/lieux/COD2019/{here.commune.code}/").content.decode()
    assert "À revoir" in page and f"/menages/?lieu={here.commune.code}&amp;vu=24" in page


def test_who_was_selected_is_a_question_for_those_who_see_targeting(client: Client, here: Household) -> None:
    for role, sees in (("targeting_officer", True), ("payment_officer", False)):
        client.force_login(make_user(role, role))
        assert ('value="retenu"' in client.get("/menages/").content.decode()) is sees
        assert (client.get("/menages/", {"situation": "retenu"}).status_code == 200) or not sees
