"""The story of a household, its page of a past day, and what few may read of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from jigi.foundation import audit
from jigi.foundation.models import AuditEvent
from jigi.geography import roles
from jigi.geography.scope import seen_by
from jigi.registry.models import (
    Health,
    Household,
    Identifier,
    LivingConditions,
    PastHealth,
    PastHousehold,
    PastLivingConditions,
    PastMembership,
    PastPerson,
    PastPhone,
    Phone,
)
from jigi.targeting.models import Result, TargetingRound
from tests.factories import Areas, make_households, make_user

A_MONTH_AGO = (timezone.localdate() - timedelta(days=30)).isoformat()
LAST_YEAR = timezone.now() - timedelta(days=365)
SECRETS = ("13,04321", "13.04321", "9,43217", "9.43217", "12801234567890", "76543210", "maladie", "beaucoup")


def past(model: Any, row: Any, **was: Any) -> None:
    """Give a row another form, which it had from last year until now."""
    now = {
        field.attname: getattr(row, field.attname)
        for field in model._meta.concrete_fields
        if hasattr(row, field.attname)
    }
    model._default_manager.create(**{**now, "recorded_at": LAST_YEAR, "recorded_to": row.recorded_at, **was})


@pytest.fixture
def one(areas: Areas) -> Household:
    """A household registered a year ago, with a position, a NINA, a telephone and the health of the spouse."""
    number = make_households(1, areas.villages[0])[0]
    Household.objects.filter(pk=number).update(longitude=-9.43217, latitude=13.04321)
    one = Household.objects.get(pk=number)
    past(PastHousehold, one, size=7, situation="displaced", longitude=None)
    spouse = one.memberships.get(line=2).person
    Identifier.objects.create(person=spouse, kind="nina", value="12801234567890K", recorded_at=LAST_YEAR)
    Phone.objects.filter(person=spouse).delete()
    phone = Phone.objects.create(person=spouse, number="+22376543210")
    past(PastPhone, phone, number_index=b"autre")
    health = Health.objects.create(person=spouse, seeing=3, chronic_illness=True, collected_on="2016-01-01")
    past(PastHealth, health, seeing=1)
    for member in one.memberships.select_related("person"):
        past(PastMembership, member, absent=member.line == 3)
        past(PastPerson, member.person, occupation="farmer" if member.line == 1 else "")
    return one


@pytest.fixture
def officer(client: Client, areas: Areas) -> Client:
    client.force_login(make_user("kadi", "social_officer", areas.communes[0]))
    return client


@pytest.fixture
def protector(client: Client, areas: Areas) -> Client:
    client.force_login(make_user("donnees", "data_protection_officer", areas.country))
    return client


def key() -> str:
    return str(uuid.uuid4())


def text(client: Client, address: str, **asked: str) -> str:
    return client.get(address, asked).content.decode()


def test_the_story_says_what_was_and_what_became(officer: Client, one: Household) -> None:
    page = text(officer, f"/menages/{one.rsu}/histoire/")
    assert "Fiche du ménage modifiée" in page and "<s>7</s>" in page and "<b>3</b>" in page
    assert "<s>déplacé</s>" in page and "<b>résident</b>" in page
    assert "Moussa Essai 1\u00a0: fiche modifiée" in page and "<s>cultivateur</s>" in page
    assert "Oumou Essai 1\u00a0: place dans le ménage modifiée" in page


def test_the_story_names_who_did_it_and_why(officer: Client, one: Household) -> None:
    audit.record("record", "household", one.pk, by=make_user("awa"), reason="retour au village", subjects=[one.pk])
    page = text(officer, f"/menages/{one.rsu}/histoire/")
    assert "Awa (essai) · enregistrer" in page and "retour au village" in page


def test_numbers_positions_and_health_are_said_to_have_changed_only(officer: Client, one: Household) -> None:
    page = text(officer, f"/menages/{one.rsu}/histoire/")
    assert "position GPS" in page and "Awa Essai 1\u00a0: téléphone modifié" in page
    assert "Awa Essai 1\u00a0: santé notée" in page and "changé, non montré ici" in page
    assert not [secret for secret in SECRETS if secret in page]


@pytest.mark.parametrize(
    ("asked", "told", "untold"),
    [
        ({"quoi": "sante"}, "santé notée", "Fiche du ménage modifiée"),
        ({"quoi": "menage"}, "Fiche du ménage modifiée", "santé notée"),
        ({"quoi": "autre"}, "Rien de tel", "santé notée"),
        ({"qui": "0"}, "Rien de tel", "Fiche du ménage modifiée"),
    ],
)
def test_the_story_is_read_by_kind(
    officer: Client, one: Household, asked: dict[str, str], told: str, untold: str
) -> None:
    page = text(officer, f"/menages/{one.rsu}/histoire/", **asked)
    assert told in page and untold not in page


def test_the_story_is_read_by_member(officer: Client, one: Household) -> None:
    child = one.memberships.get(line=3).person_id
    page = text(officer, f"/menages/{one.rsu}/histoire/", qui=str(child))
    assert "place dans le ménage" in page and "fiche modifiée" not in page and "Enregistrement au registre" not in page


def test_the_registration_is_told_as_it_was_and_a_new_visit_as_one(officer: Client, one: Household) -> None:
    Household.objects.filter(pk=one.pk).update(collected_on="2016-02-03", collector="E07")
    page = text(officer, f"/menages/{one.rsu}/histoire/")
    assert f"fiche {one.source_key} du 1er juin 2014" in page
    assert "Nouvelle visite du ménage, le 3 février 2016" in page and "enquêteur E07" in page


def test_who_came_and_who_went_are_told_in_a_sentence(officer: Client, one: Household) -> None:
    member = one.memberships.get(line=1)
    gone = one.memberships.get(line=2)
    type(gone).objects.filter(pk=gone.pk).update(ended_on="2016-02-03", end_reason="marriage")
    type(member).objects.create(household=one, person=gone.person, line=9, relation="sibling", started_on="2016-05-06")
    page = text(officer, f"/menages/{one.rsu}/histoire/")
    assert "n’est plus membre depuis le 3 février 2016 (mariage)" in page
    assert "rejoint le ménage, depuis le 6 mai 2016" in page


def test_a_past_day_shows_the_household_as_it_was_and_says_so(officer: Client, one: Household) -> None:
    page = text(officer, f"/menages/{one.rsu}/au/", jour=A_MONTH_AGO)
    assert "Page du passé" in page and "7 membres" in page and "déplacé" in page and "cultivateur" in page
    assert not [secret for secret in SECRETS if secret in page]
    assert officer.get(f"/menages/{one.rsu}/au/").url == f"/menages/{one.rsu}/"  # today is no past


def test_the_household_is_shown_as_a_campaign_saw_it(client: Client, one: Household, areas: Areas) -> None:
    client.force_login(made := make_user("awa", "programme_manager", areas.country))
    campaign = TargetingRound.objects.create(name="Essai", programme_code="TM", quota_total=1, made_by=made)
    Result.objects.create(
        targeting_round=campaign, household=one, village=areas.villages[0], selected=False, reason="not_listed"
    )
    audit.record("rank", "targeting_round", campaign.pk, by=made)
    TargetingRound.objects.filter(pk=campaign.pk).update(
        status="frozen", frozen_by=made, frozen_at=timezone.now(), result_hash="a" * 64
    )
    assert f"au/?campagne={campaign.pk}" in text(client, f"/menages/{one.rsu}/histoire/")
    page = text(client, f"/menages/{one.rsu}/au/", campagne=str(campaign.pk))
    assert "quand la campagne « Essai » l’a classé" in page and "3 membres" in page


def test_before_it_was_registered_a_household_has_no_page(officer: Client, one: Household) -> None:
    assert "n’était pas encore au registre" in text(officer, f"/menages/{one.rsu}/au/", jour="2001-01-01")
    assert officer.get(f"/menages/{one.rsu}/au/", {"jour": "hier"}).status_code == 400
    assert officer.get(f"/menages/{one.rsu}/au/", {"campagne": "12"}).status_code == 404


def test_each_of_these_pages_leaves_a_row(officer: Client, one: Household) -> None:
    for page in ("histoire/", "au/?jour=2016-05-06", "fiche/", "histoire/?imprimer=oui"):
        officer.get(f"/menages/{one.rsu}/{page}")
    rows = AuditEvent.objects.filter(noun="household", subjects=[one.pk]).order_by("id")
    assert [row.verb for row in rows] == ["see", "see", "print", "print"]


def test_position_and_health_are_masked_everywhere_without_the_right(
    officer: Client, one: Household, caplog: Any
) -> None:
    addresses = [f"/menages/{one.rsu}/{page}" for page in ("", "histoire/", f"au/?jour={A_MONTH_AGO}", "acces/")]
    pages = [text(officer, address) for address in addresses] + [text(officer, "/menages/")]
    exported = b"".join(officer.get("/menages/", {"format": "csv"}).streaming_content).decode()
    assert "masquée" in pages[0] and "Montrer la position" not in pages[0]
    assert not [secret for secret in SECRETS if secret in "".join([*pages, exported, caplog.text])]


def test_position_and_health_are_shown_to_who_gives_a_reason(protector: Client, one: Household) -> None:
    page = f"/menages/{one.rsu}/"
    assert "Montrer la position et la santé" in text(protector, page)
    protector.post(f"{page}montrer/sante/", {"cle": key(), "motif": "visite d’une personne alitée"})
    shown = text(protector, page)
    assert "13,04321° N, 9,43217° O" in shown and "oui, beaucoup" in shown and "Maladie chronique" in shown
    rows = AuditEvent.objects.filter(noun="health", subjects=[one.pk]).order_by("id")
    assert [(row.verb, row.reason) for row in rows] == [
        (verb, "visite d’une personne alitée") for verb in ("reveal", "see")
    ]
    assert "12801234567890" not in shown  # the numbers are another right, asked apart


def test_no_page_s_role_reads_health_nor_its_past(one: Household, areas: Areas) -> None:
    """Not even for who holds the right: the act does, and leaves a row."""
    with seen_by(make_user("donnees", "data_protection_officer", areas.country)):
        assert Household.objects.exists()
        assert not Health.objects.exists() and not PastHealth._default_manager.exists()


def test_no_reason_or_no_right_shows_no_health(client: Client, one: Household, areas: Areas) -> None:
    page = f"/menages/{one.rsu}/montrer/sante/"
    client.force_login(make_user("donnees", "data_protection_officer", areas.country))
    assert client.post(page, {"cle": key(), "motif": " "}).status_code == 403
    client.force_login(make_user("kadi", "social_officer", areas.communes[0]))
    assert client.post(page, {"cle": key(), "motif": "par curiosité"}).status_code == 403
    client.force_login(make_user("ailleurs", "sensitive_case_officer", areas.communes[1]))
    assert client.post(page, {"cle": key(), "motif": "un vrai motif"}).status_code == 404
    assert not AuditEvent.objects.filter(noun="health").exists()


@pytest.fixture
def without_reason(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The role of data protection asks for no reason."""
    held = dict(roles.roles())
    held["data_protection_officer"] = replace(held["data_protection_officer"], reason_to_reveal=False)
    monkeypatch.setattr("jigi.geography.access.roles", lambda: held)
    yield


def test_where_the_role_asks_no_reason_one_click_is_enough_and_the_trail_says_so(
    without_reason: None, protector: Client, one: Household
) -> None:
    page = f"/menages/{one.rsu}/"
    assert 'name="motif"' not in text(protector, page)
    protector.post(f"{page}montrer/sante/", {"cle": key()})
    assert "Maladie chronique" in text(protector, page)
    assert AuditEvent.objects.get(verb="reveal").reason == "sans motif : le rôle n’en demande pas"


def test_a_household_shows_its_situation_its_stay_and_its_absent(officer: Client, one: Household, areas: Areas) -> None:
    stay = {"stay_commune": areas.communes[1], "stayed_since": "2016-03-01"}
    Household.objects.filter(pk=one.pk).update(situation="displaced", **stay)
    one.memberships.filter(line=1).update(absent=True, absent_since="2016-04-02")
    one.memberships.filter(line=3).update(relation="fostered", shared=True)
    page = text(officer, f"/menages/{one.rsu}/")
    assert "déplacé" in page and "Séjourne à" in page and "depuis le 1er mars 2016" in page
    assert "depuis le 2 avril 2016" in page and "enfant confié" in page and "vit aussi ailleurs" in page


def test_the_units_of_a_polygamous_household_stand_apart(officer: Client, one: Household) -> None:
    assert "Unité 1" not in text(officer, f"/menages/{one.rsu}/")
    one.memberships.filter(line=3).update(unit=2)
    page = text(officer, f"/menages/{one.rsu}/")
    assert "2 unités allocataires" in page and "Unité 1 · allocataire : Awa" in page and "Unité 2 · sans" in page


def test_a_merged_household_leads_to_the_other_where_one_may_see_it(
    officer: Client, one: Household, areas: Areas
) -> None:
    here, there = make_households(1, areas.villages[0])[0], make_households(1, areas.villages[2])[0]
    Household.objects.filter(pk=one.pk).update(status="merged", merged_into=here)
    assert f'href="/menages/{Household.objects.get(pk=here).rsu}/"' in text(officer, f"/menages/{one.rsu}/")
    Household.objects.filter(pk=one.pk).update(merged_into=there, split_from=there)
    page = text(officer, f"/menages/{one.rsu}/")
    assert "un ménage d’un autre lieu" in page and Household.objects.get(pk=there).rsu not in page


def test_a_number_badly_copied_is_told_from_one_that_is_not_here(officer: Client, one: Household) -> None:
    number = one.rsu_number
    wrong = number[:9] + str((int(number[9]) + 1) % 10)
    assert "Numéro mal recopié" in text(officer, "/menages/", q=wrong)
    assert "Numéro mal recopié" not in text(officer, "/menages/", q=number[:8])
    assert officer.get("/menages/", {"q": f"RSU1:{number}"}).url == f"/menages/{one.rsu}/"


def test_the_sheet_holds_the_number_and_nothing_that_is_masked(
    officer: Client, one: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    pressed: dict[str, Any] = {}
    monkeypatch.setattr("jigi.web.households.sheet.press", lambda name, data: str(pressed.update(data)).encode())
    assert officer.get(f"/menages/{one.rsu}/fiche/").status_code == 200
    assert pressed["rsu"] == one.rsu and "<svg" in pressed["qr"]
    assert not [secret for secret in SECRETS if secret in str(pressed)]


def test_the_sheet_is_a_pdf(officer: Client, one: Household) -> None:
    assert officer.get(f"/menages/{one.rsu}/fiche/").content.startswith(b"%PDF")


def test_living_conditions_are_told_in_words(officer: Client, one: Household) -> None:
    living = LivingConditions.objects.create(household=one, collected_on=one.collected_on, water="tap", cattle=3)
    past(PastLivingConditions, living, water="open_well")
    page = text(officer, f"/menages/{one.rsu}/histoire/", quoi="conditions")
    assert "<s>puits non aménagé</s>" in page and "<b>robinet</b>" in page
