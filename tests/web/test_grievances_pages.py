"""Complaints on the pages: heard at the desk, decided by another, followed by a number; sensitive ones unseen."""

from __future__ import annotations

import re
import uuid
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jigi.enrolment.models import Enrolment
from jigi.foundation import attempts
from jigi.foundation.models import User
from jigi.grievances import actions, acts
from jigi.grievances.actions import Heard
from jigi.grievances.models import Act, Case, Reading
from jigi.payments.models import Instruction
from tests.factories import ProvedClient, make_households, make_user, make_village
from tests.grievances.world import TOLD, World
from tests.kept import Kept, once
from tests.payments.scene import stage

pytestmark = pytest.mark.django_db


def _world(folder: Path) -> World:
    return World()


world_once = once("world", _world)


@pytest.fixture
def world(world_once: Kept[World], db: None) -> World:
    return world_once.copy()


def as_(user: User) -> ProvedClient:
    client = ProvedClient()
    client.force_login(user)
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode().replace("\u202f", " ")


def sent(client: Client, address: str, **typed: str) -> str:
    answer = client.post(address, {"cle": str(uuid.uuid4()), **typed}, follow=True)
    return answer.content.decode().replace("\u202f", " ")


def move(client: Client, case: Case, verb: str, **typed: str) -> str:
    return sent(client, f"/plaintes/{case.pk}/faire/{verb}/", **typed)


ENTRY = {
    "canal": "phone", "langue": "bm", "recue": "2026-11-02", "categorie": "fees_demanded", "recit": TOLD,
    "nom": "Awa Traoré", "telephone": "76 12 34 56",
}  # fmt: skip


def test_a_complaint_by_telephone_is_entered_and_its_number_read_back(world: World) -> None:
    client, home = as_(world.officer), world.households[0]
    address = f"/plaintes/nouvelle/?menage={home.rsu}"
    assert home.head_name in page(client, address)
    said = sent(client, address, **ENTRY)
    case = Case.objects.get()
    assert f"Lisez son numéro à la personne : {case.said}" in said and TOLD in said
    assert case.concerned.get().household == home and case.concerned.get().complains


def test_what_is_missing_is_asked_and_nothing_is_written(world: World) -> None:
    said = sent(as_(world.officer), "/plaintes/nouvelle/", **{**ENTRY, "commune": "Nulle-Part"})
    assert "« Nulle-Part » n’est pas une de vos communes" in said and not Case.objects.exists()


def test_from_the_desk_to_the_answer_by_two_people(world: World) -> None:
    case, officer, cercle = world.heard(), as_(world.officer), as_(world.cercle)
    assert "L’accusé de réception est noté" in move(officer, case, "acknowledge")
    assert "La plainte est triée" in move(officer, case, "sort", categorie="corruption")
    move(officer, case, "examine")
    assert "une autre personne décide" in move(officer, case, "propose", issue="founded", texte="Trois le confirment.")
    assert "/faire/decide/" not in page(officer, f"/plaintes/{case.pk}/")
    assert "/faire/decide/" in page(cercle, f"/plaintes/{case.pk}/")
    assert "il reste à répondre" in move(cercle, case, "decide", texte="Les frais sont à rendre.")
    move(officer, case, "answer", texte="Appelée : les frais seront rendus.")
    assert "satisfait" in move(officer, case, "close", satisfaction="yes")


def test_the_letter_says_the_answer_and_not_the_story(world: World) -> None:
    from jigi.web.grievances.papers import letter_of

    case = world.answered()
    letter = letter_of(Case.objects.get(pk=case.pk))
    assert letter["answer"] == "Appelée : les frais seront rendus." and TOLD not in str(letter)
    answer = as_(world.officer).get(f"/plaintes/{case.pk}/lettre/")
    assert answer.content.startswith(b"%PDF")


def test_the_list_is_filtered_printed_and_exported(world: World) -> None:
    case, other = world.heard(), world.heard("fraud")
    client = as_(world.officer)
    shown = page(client, f"/plaintes/?numero={case.said}")
    assert case.said in shown and other.said not in shown
    exported = b"".join(client.get("/plaintes/?format=csv&categorie=fraud").streaming_content).decode()
    assert other.said in exported and case.said not in exported


def test_an_act_is_asked_on_the_case_and_done_from_the_list_of_acts(world: World) -> None:
    case = world.in_examination()
    officer = as_(world.officer)
    said = sent(officer, f"/plaintes/{case.pk}/demander/", acte="investigation", motif="Voir l’agence de Safo.")
    assert "une autre personne le fait" in said
    act = Act.objects.get()
    other = as_(world.cercle)
    assert "Voir l’agence de Safo." in page(other, "/plaintes/actes/")
    done = sent(other, f"/plaintes/actes/{act.pk}/faire/", texte="Entendu sur place, il avoue.", retour="actes")
    assert "C’est fait" in done
    assert "Entendu sur place, il avoue." in page(officer, f"/plaintes/{case.pk}/")


def test_a_sensitive_case_does_not_exist_for_the_wrong_officer(world: World) -> None:
    case = world.in_examination("gender_violence", by=world.referent)
    for user in (world.officer, world.cercle, world.region):
        client = as_(user)
        for address in (f"/plaintes/{case.pk}/", "/plaintes/sensibles/", f"/plaintes/{case.pk}/lettre/"):
            assert client.get(address).status_code == 404
        assert case.said not in page(client, "/plaintes/")
        assert "Aucune ligne ne répond" in page(client, f"/plaintes/?numero={case.said}")
        assert "violence" not in page(client, "/plaintes/delais/").replace("sensibles ne sont pas comptées", "")


def test_it_is_read_by_the_two_roles_each_reading_kept_and_never_taken_away(world: World) -> None:
    case = world.in_examination("child_protection", by=world.referent)
    client = as_(world.lead)
    assert case.said in page(client, "/plaintes/sensibles/")
    assert TOLD in page(client, f"/plaintes/{case.pk}/")
    assert list(Reading.objects.filter(by=world.lead).order_by("pk").values_list("verb", flat=True)) == ["list", "see"]
    assert client.get(f"/plaintes/{case.pk}/lettre/").status_code == 404
    assert case.said not in page(client, "/plaintes/")


def test_a_desk_may_hear_a_sensitive_complaint_that_it_can_not_read_again(world: World) -> None:
    said = sent(as_(world.officer), f"/plaintes/nouvelle/?menage={world.households[0].rsu}",
                **{**ENTRY, "categorie": "gender_violence"})  # fmt: skip
    assert "Lisez son numéro" in said and TOLD not in said and "<h1>Plaintes</h1>" in said


PUBLIC = {"categorie": "fees_demanded", "recit": TOLD, "langue": "fr", "nom": "", "telephone": ""}


def test_anybody_complains_and_a_form_sent_twice_is_one_complaint(world: World) -> None:
    client, typed = Client(), {**PUBLIC, "commune": world.commune.name}
    first, second = (client.post("/plainte/", typed).content.decode() for _ in range(2))
    case = Case.objects.get()
    assert case.said in first and case.said in second
    assert case.anonymous and case.channel == "public" and case.received_by is None


def test_a_public_page_is_small_and_refuses_a_place_it_does_not_know(world: World) -> None:
    answer = Client().get("/plainte/")
    assert answer.status_code == 200 and len(answer.content) < 30_000
    wrong = Client().post("/plainte/", {**PUBLIC, "commune": "Nulle-Part"})
    assert wrong.status_code == 400 and "n’est pas connue" in wrong.content.decode() and not Case.objects.exists()


def test_a_complaint_is_followed_by_its_number_without_telling_who(world: World) -> None:
    case = world.heard(household=None, name="Awa Traoré")
    said = Client().post("/plainte/suivre/", {"numero": case.said}).content.decode()
    assert "<b>reçue</b>" in said
    assert not any(word in said for word in ("Awa", "francs", "frais", world.commune.name))


def test_nobodys_number_and_that_of_a_sensitive_case_are_answered_alike(world: World) -> None:
    case = world.in_examination("gender_violence", by=world.referent)
    nobodys = case.number + 97
    pages = [Client().post("/plainte/suivre/", {"numero": str(one)}).content.decode() for one in (case.number, nobodys)]
    bare = [re.sub(r"[\d\s]{12,}|value=\"[^\"]*\"", "", one) for one in pages]
    assert bare[0] == bare[1] and "Aucune suite ne peut être montrée" in bare[0]


def test_one_address_does_not_try_numbers_for_ever(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr("jigi.web.grievances.public.FOLLOWED", 3)
    answers = [Client().post("/plainte/suivre/", {"numero": "1"}).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    with pytest.raises(attempts.TooMany):
        attempts.count_asked("complaint_follow", "127.0.0.1", most=3)


def test_the_figures_say_how_long_until_the_answer(world: World) -> None:
    world.answered()
    shown = page(as_(world.officer), "/plaintes/delais/")
    assert "frais exigés" in shown and "0.0" in shown.replace("0,0", "0.0")


def test_what_is_missing_is_mended_on_the_page(world: World) -> None:
    case, home = world.heard(household=None, name="Awa"), world.households[1]
    client, address = as_(world.officer), f"/plaintes/{case.pk}"
    assert "n’a ce numéro" in sent(client, f"{address}/menage/", menage="0000000098")
    said = sent(client, f"{address}/menage/", menage=home.rsu, plaignant="oui")
    assert "Le ménage est ajouté" in said and home.head_name in said and "se plaint" in said
    assert "n’est plus de la plainte" in sent(client, f"{address}/oter/", menage=str(home.pk), texte="C’est sa sœur.")
    there = world.areas.communes[1]
    assert "n’est pas connue" in sent(client, f"{address}/corriger/", commune="Nulle-Part", langue="fr")
    said = sent(client, f"{address}/corriger/", commune=there.name, nom="Awa Traoré", telephone="", langue="bm")
    assert "La plainte est corrigée" in said and "<h1>Plaintes</h1>" in said
    assert Case.objects.get().commune == there


def test_the_same_complaint_is_told_joined_and_parted(world: World) -> None:
    case, twice = world.heard(), world.heard()
    client = as_(world.officer)
    shown = page(client, f"/plaintes/{twice.pk}/")
    assert "Peut-être la même plainte" in shown and case.said in shown
    said = move(client, twice, "join", autre=str(case.pk), texte="La même femme a rappelé.")
    assert f"jointe à {case.said}" in said
    assert twice.said in page(client, f"/plaintes/{case.pk}/")
    assert "repart de sa réception" in move(client, twice, "part", texte="Ce n’était pas la même.")


def test_the_answer_asks_how_it_was_given(world: World) -> None:
    case = world.in_examination(channel="phone", household=None, name="Awa", phone="76 12 34 56")
    actions.propose(case, "founded", "Trois le confirment.", by=world.officer)
    actions.decide(case, "Les frais sont à rendre.", by=world.cercle)
    client = as_(world.officer)
    shown = page(client, f"/plaintes/{case.pk}/")
    assert '<option value="phone" selected>' in shown and "76 12 34 56" in shown
    said = move(client, case, "answer", texte="Appelée : les frais seront rendus.", moyen="letter")
    assert "par une lettre remise" in said


def test_the_letter_of_an_appeal_says_that_it_is_heard(world: World) -> None:
    from jigi.web.grievances.papers import letter_of

    case = world.answered()
    actions.appeal(case, "Elle dit n’avoir rien reçu.", by=world.officer)
    letter = letter_of(Case.objects.get(pk=case.pk))
    assert letter["appealed"] and not letter["answer"]
    assert as_(world.officer).get(f"/plaintes/{case.pk}/lettre/").content.startswith(b"%PDF")


def test_what_a_complaint_did_is_on_the_household_s_page_for_who_may_see_it(world: World) -> None:
    case, home = world.in_examination(), world.households[0]
    act = acts.ask(case, "visit", "Voir chez elle ce qu’il en est.", by=world.officer, household=home)
    acts.carry_out(act, by=world.cercle, result="Le ménage a montré son reçu.")
    assert case.said in page(as_(world.officer), f"/menages/{home.rsu}/")
    shown = page(as_(make_user("prepare")), f"/menages/{home.rsu}/")
    assert "Le ménage a montré son reçu." in shown and case.said not in shown
    actions.sort(case, "gender_violence", by=world.officer)
    for user in (world.officer, world.referent, world.country):
        shown = page(as_(user), f"/menages/{home.rsu}/")
        assert case.said not in shown and "montré son reçu" not in shown and "<h2>Plaintes</h2>" not in shown


def test_what_a_complaint_did_is_on_the_pages_of_the_payment(tmp_path: Path) -> None:
    scene = stage(communes=("ML010501",))
    scene.enrol(make_households(2, make_village(scene.communes[0])))
    paid_by = scene.released()
    scene.answer(paid_by, tmp_path / "retour.csv", absent=1)
    order = Instruction.objects.order_by("id")[0]
    officer = make_user("oumou", "grievance_officer", scene.communes[0])
    case = actions.receive(
        Heard("payment_missing", TOLD, "phone", household=order.household, orders=[order]), by=officer
    )
    actions.acknowledge(case, by=officer)
    actions.sort(case, "payment_missing", by=officer)
    facts = {"household": order.household, "component": scene.component}
    acts.carry_out(acts.ask(case, "block", "Elle attend sur le mauvais numéro.", by=officer, **facts), by=scene.maker)
    asked = acts.ask(case, "reissue", "L’agence a refusé son ordre.", by=officer, payment=case.payments.get())
    made = acts.carry_out(asked, by=scene.maker).made_round
    for address in (f"/paiements/{paid_by.pk}/", f"/paiements/{made.pk}/"):
        assert "L’agence a refusé son ordre." in page(as_(scene.maker), address)
        assert case.said in page(as_(officer), address)
    other = actions.receive(Heard("wrong_amount", TOLD, "phone", household=order.household, orders=[order]), by=officer)
    assert other.said in page(as_(officer), f"/paiements/{paid_by.pk}/")
    line = f"/paiements/{paid_by.pk}/lignes/{order.pk}/reemettre/"
    assert "L’agence a refusé son ordre." in page(as_(scene.maker), line)
    enrolment = Enrolment.objects.get(household=order.household)
    assert "Elle attend sur le mauvais numéro." in page(as_(scene.maker), f"/inscriptions/{enrolment.pk}/")


def test_today_tells_what_is_late_and_what_is_to_be_done(world: World) -> None:
    case = world.in_examination(received_on=date(2026, 3, 2))
    Case.objects.filter(pk=case.pk).update(due_on=date(2026, 3, 9))
    acts.ask(case, "visit", "Voir chez elle ce qu’il en est.", by=world.officer)
    own, other = page(as_(world.officer), "/aujourdhui/"), page(as_(world.cercle), "/aujourdhui/")
    assert "1 plainte a dépassé son jour" in own and "acte est demandé" not in own
    assert "1 plainte a dépassé son jour" in other and "1 acte est demandé" in other


def test_a_list_of_sensitive_cases_is_noted_in_as_many_statements_however_long(world: World) -> None:
    client, counts = as_(world.lead), []
    page(client, "/plaintes/sensibles/")
    for _ in range(2):
        for _ in range(3):
            world.heard("child_protection", by=world.referent)
        with CaptureQueriesContext(connection) as asked:
            page(client, "/plaintes/sensibles/")
        counts.append(len(asked))
    assert counts[0] == counts[1] and Reading.objects.filter(by=world.lead).count() == 9
