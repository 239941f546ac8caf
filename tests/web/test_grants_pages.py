"""The pages of grants: what a person may do there, and what is said when it can't be."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from jigi.delivery.dues.models import Due
from jigi.delivery.grants import instalments, selection, training
from jigi.delivery.grants.grant_models import Grant, GrantGraduation
from jigi.delivery.grants.models import GrantApplication, GrantCall
from jigi.enrolment.models import Enrolment
from jigi.foundation.models import User
from jigi.registry.models import Household
from tests.delivery.grants_scene import OPENS, Play, picture, play
from tests.delivery.phones import ready, taken
from tests.delivery.phones import send as phone
from tests.delivery.scene import make_agent
from tests.factories import make_commune, make_component, make_enrolments, make_households, make_user, make_village

pytestmark = pytest.mark.django_db
DAY = training.Day(OPENS + timedelta(days=20), "École", "Gestion", "Awa")


def read(client: Client, name: str, *numbers: int, **asked: str) -> str:
    answer = client.get(reverse(name, args=numbers), asked)
    assert answer.status_code == 200, answer.content.decode()[:3000]
    return re.sub(r"\s+", " ", answer.content.decode())


def send(client: Client, address: str, **said: Any) -> str:
    answer = client.post(address, {"cle": str(uuid.uuid4()), **said}, follow=True)
    return re.sub(r"\s+", " ", answer.content.decode())


def act(client: Client, one: GrantCall, verb: str, **said: Any) -> str:
    return send(client, reverse("grant_call_act", args=[one.pk, verb]), **said)


def test_a_call_is_prepared_and_opened_on_its_page(client: Client) -> None:
    scene = play(opened=False).scene
    client.force_login(scene.planner)
    said = {
        "contrat": scene.contracts["grants"].pk, "conditions": "AGR-180", "code": "agr-2", "intitule": "Suite",
        "ouvre": "2018-01-01", "ferme": "2018-02-01", "places": "3", "communes": [scene.commune.pk],
    }  # fmt: skip
    assert "Le budget ne paie pas 3 subventions" in send(client, reverse("grant_call_new"), **said, budget="5000")
    assert "est préparé" in send(client, reverse("grant_call_new"), **said, budget="540 000")
    made = GrantCall.objects.get(code="AGR-2")
    assert "ouvert" in act(client, made, "ouvrir")
    assert "180" in read(client, "grant_call", made.pk) and "AGR-2" in read(client, "grant_calls")


def test_the_agent_of_the_operator_types_and_corrects_an_application(client: Client, settings: Any) -> None:
    one = play()
    [household] = make_households(1, one.scene.village)
    found = Household.objects.get(pk=household)
    person = found.memberships.get(role="recipient").person
    settings.FENCED = True
    client.force_login(one.scene.agent)
    new = reverse("grant_application_new", args=[one.call.pk])
    assert "Aucun ménage" in client.get(new, {"rsu": "1111-1111-11"}).content.decode()
    assert str(person) in read(client, "grant_application_new", one.call.pk, rsu=found.rsu)
    said = {
        "rsu": found.rsu, "porteur": person.pk, "activite": "commerce", "description": "Condiments",
        "recettes": "20 000", "depenses": "12000", "revenu": "15000",
    }  # fmt: skip
    assert "est déposée" in send(client, new, **said)
    settings.FENCED = False
    made = GrantApplication.objects.get()
    assert made.incomes_xof == [20_000] * 12
    settings.FENCED = True
    page = reverse("grant_application", args=[made.pk])
    assert "déjà une candidature" in send(client, new, **said)
    assert "écrivez un nombre entier" in send(client, page, **said | {"apport": "deux mille"}, motif="Apport")
    assert "est corrigée" in send(client, page, **said | {"apport": "2 000"}, motif="Apport oublié")
    assert str(person) in read(client, "grant_applications", one.call.pk)
    assert "est retirée" in send(client, reverse("grant_application_withdraw", args=[made.pk]), motif="Renonce")


def test_a_stranger_finds_nothing(client: Client) -> None:
    one = play()
    [made] = one.apply()
    other = type(one.scene.operator).objects.create(code="ONG-B", name="ONG B (essai)", kind="ngo")
    client.force_login(make_agent("etranger", other, one.scene.commune))
    assert "Aucun appel" in read(client, "grant_calls")
    for name, pk in (("grant_call", one.call.pk), ("grant_application", made.pk), ("grant_applications", one.call.pk)):
        assert client.get(reverse(name, args=[pk])).status_code == 404
    assert client.get(reverse("grants"), {"format": "csv"}).status_code == 404


def test_a_file_of_applications_says_what_to_correct(client: Client) -> None:
    one = play()
    household = Household.objects.get(pk=make_households(1, one.scene.village)[0])
    text = "".join(
        [
            "numero_rsu;activite;description;recettes;depenses\n",
            *(f"{household.rsu};{activity};X;1;1\n" for activity in ("commerce", "usure")),
        ]
    )
    client.force_login(one.scene.agent)
    file = SimpleUploadedFile("candidatures.csv", text.encode())
    found = send(client, reverse("grant_applications_send", args=[one.call.pk]), fichier=file)
    assert "1 candidature reçue" in found and "pas une activité de l’appel" in found


def _until_scored(client: Client, one: Play) -> None:
    made = one.apply(2)
    one.train(made)
    client.force_login(one.scene.planner)
    act(client, one.call, "clore")
    for number in (1, 2, 3):
        assert "est du comité" in act(client, one.call, "membre", nom=f"Membre {'ABC'[number - 1]}", fonction="mairie")
    criteria = list(one.call.criteria.all())
    for juror in one.call.jurors.all():
        grid = {f"{a.pk}-{c.pk}": "15" for a in made for c in criteria}
        page = reverse("grant_scores", args=[one.call.pk, juror.pk])
        assert "va de 0 à 20, non 99" in send(client, page, **grid | {f"{made[0].pk}-{criteria[1].pk}": "99"})
        assert "2 candidatures" in send(client, page, **grid)


def test_a_selection_goes_through_its_hands_and_is_printed(client: Client) -> None:
    one = play()
    _until_scored(client, one)
    assert "Une autre personne la décide" in act(
        client, one.call, "proposer", jour="2018-03-01", lieu="Mairie", observations="Rien à redire"
    )
    made = one.call.selections.get()
    assert client.get(reverse("grant_minutes", args=[made.pk])).content.startswith(b"%PDF")
    decide = reverse("grant_selection_act", args=[made.pk, "decider"])
    assert "Votre affectation" in send(client, decide)
    client.force_login(one.scene.decider)
    assert "La sélection est décidée" in send(client, decide)
    assert "retenue" in read(client, "grant_selection", made.pk)
    client.force_login(one.scene.planner)
    assert "2 ménages inscrits" in act(client, one.call, "inscrire", cohorte="AGR 2018")


def test_instalments_are_asked_released_and_undone_on_their_pages(client: Client) -> None:
    one = play()
    grant = one.granted(1)[0]
    client.force_login(one.scene.agent)
    assert "1 tranche demandée" in act(client, one.call, "demander", tranche=1)
    client.force_login(one.scene.decider)
    assert "1 tranche libérée" in act(client, one.call, "liberer", tranche=1)
    page = reverse("grant", args=[grant.pk])
    release = grant.releases.get()
    assert "est défaite" in send(client, f"{page}faire/defaire/", liberation=release.pk, motif="Mauvais ménage")
    assert Due.objects.get().cancelled_at
    client.force_login(one.scene.agent)
    assert "est demandée" in send(client, f"{page}faire/demander/", tranche=1)
    client.force_login(one.scene.decider)
    assert "est renvoyée" in send(client, f"{page}faire/renvoyer/", tranche=1, motif="À revoir")


def test_evidence_visits_and_a_default_on_the_page_of_a_grant(client: Client, settings: Any) -> None:
    one = play()
    grant = one.granted(1)[0]
    one.released(grant)
    settings.FENCED = True
    client.force_login(one.scene.agent)
    acts = f"{reverse('grant', args=[grant.pk])}faire/"
    sent = {"tranche": 2, "nature": "receipt", "note": "Trois brebis", "image": SimpleUploadedFile("a.png", picture())}
    assert "Montant du reçu : écrivez un nombre entier" in send(client, f"{acts}joindre/", **sent)
    sent["image"] = SimpleUploadedFile("a.png", picture())
    assert "La pièce est jointe" in send(client, f"{acts}joindre/", **sent, montant="40 000")
    visit = {"jour": "2018-04-10", "visiteur": "Awa", "activite": "running", "nature": "coaching"}
    assert "La visite est notée" in send(client, f"{acts}visiter/", **visit)
    assert "déjà notée" in send(client, f"{acts}visiter/", **visit)
    assert "Le défaut est constaté" in send(client, f"{acts}constater/", cause="abandon", motif="Étal fermé")
    found = read(client, "grant", grant.pk)
    assert "Trois brebis" in found and "24 000" in found.replace("\u202f", " ").replace("\xa0", " ")
    settings.FENCED = False
    piece = grant.instalments.get(number=2).evidence.get()
    settings.FENCED = True
    assert client.get(reverse("grant_evidence", args=[piece.pk])).content.startswith(b"\xff\xd8")


def test_lists_show_grants_and_instalments_and_are_exported(client: Client) -> None:
    one = play()
    one.granted(2)
    client.force_login(one.scene.decider)
    assert "AGR-KITA-0001" in read(client, "grants") and "2 subventions" in read(client, "grants")
    assert "6 tranches" in read(client, "grant_instalments", appel=str(one.call.pk))
    assert "Personne n’est proposé" in read(client, "grant_graduations")
    exported = client.get(reverse("grants"), {"format": "csv"})
    assert b"AGR-KITA-0002" in b"".join(exported.streaming_content)  # type: ignore[attr-defined]
    assert selection.communes_of(one.call) and Grant.objects.count() == 2


def _elsewhere(one: Play) -> User:
    """Who controls in another commune of the call."""
    return make_user("ailleurs", "social_officer", one.scene.communes[1])


def test_a_ranking_is_seen_commune_by_commune_and_its_minutes_by_who_holds_them_all(client: Client) -> None:
    one = play()
    made = one.decided(1)
    person = str(one.call.applications.get().applicant)
    minutes = reverse("grant_minutes", args=[made.pk])
    client.force_login(_elsewhere(one))
    found = read(client, "grant_selection", made.pk)
    assert person not in found and minutes not in found
    assert client.get(minutes).status_code == 404
    client.force_login(one.scene.controller)
    assert person in read(client, "grant_selection", made.pk) and client.get(minutes).status_code == 404
    client.force_login(one.scene.decider)
    assert minutes in read(client, "grant_selection", made.pk)
    assert client.get(minutes).content.startswith(b"%PDF")


def test_an_operator_is_not_told_who_leaves_another_programmes_transfer(client: Client, settings: Any) -> None:
    one = play()
    grant = one.granted(1)[0]
    transfer = make_component(one.scene.communes, programme="TM1", by=one.scene.planner)
    make_enrolments(transfer, [grant.household_id])
    exit_of = GrantGraduation.objects.create(
        grant=grant, contract=one.call.contract, household=grant.household, proposed_by=one.scene.planner,
        enrolment=Enrolment.objects.get(component=transfer), income_before_xof=15_000, income_after_xof=25_000,
        assets_xof=90_000,
    )  # fmt: skip
    settings.FENCED = True
    client.force_login(one.scene.agent)
    assert "Sortie du transfert" not in read(client, "grant", grant.pk)
    assert "Personne n’est proposé" in read(client, "grant_graduations")
    assert reverse("grant_graduations") not in read(client, "grant_calls")
    put_aside = reverse("grant_graduation_act", args=[exit_of.pk, "ecarter"])
    assert client.post(put_aside, {"cle": str(uuid.uuid4()), "motif": "Non"}).status_code == 404
    client.force_login(one.scene.planner)
    assert "Sortie du transfert" in read(client, "grant", grant.pk)
    assert "AGR-KITA-0001" in read(client, "grant_graduations")


def test_presences_marked_by_another_since_the_page_was_read_are_not_erased(client: Client) -> None:
    one = play()
    first, second = one.apply(2)
    held = training.hold(one.call, one.scene.commune, DAY, by=one.scene.agent)
    page = reverse("grant_training", args=[held.pk])
    client.force_login(one.scene.agent)
    seen = _seen_of(read(client, "grant_training", held.pk))
    training.mark(held, [first.pk], by=one.scene.foreman)
    assert "quelqu’un a noté" in send(client, page, present=[second.pk], vu=seen)
    assert "quelqu’un a noté" in send(client, page, present=[second.pk])
    assert list(held.trainees.values_list("application", flat=True)) == [first.pk]
    seen = _seen_of(read(client, "grant_training", held.pk))
    assert "2 présents" in send(client, page, present=[first.pk, second.pk], vu=seen)


def _seen_of(page: str) -> str:
    return re.findall(r'name="vu" value="(\w*)"', page)[0]


def test_a_day_of_training_is_corrected_on_its_page(client: Client) -> None:
    one = play()
    held = training.hold(one.call, one.scene.commune, DAY, by=one.scene.agent)
    client.force_login(one.scene.agent)
    assert "Corriger cette journée" in read(client, "grant_training", held.pk)
    said = {"formation": held.pk, "jour": "2018-01-31", "lieu": "Mairie", "theme": "Épargne", "formateur": "Awa"}
    assert "Dites pourquoi" in act(client, one.call, "corriger-formation", **said, motif="")
    assert "est corrigée" in act(client, one.call, "corriger-formation", **said, motif="Le lieu était faux")
    held.refresh_from_db()
    assert (held.place, held.subject, held.day) == ("Mairie", "Épargne", date(2018, 1, 31))
    client.force_login(one.scene.controller)
    assert "Corriger cette journée" not in read(client, "grant_training", held.pk)


def test_the_ranking_is_read_before_it_is_proposed(client: Client) -> None:
    one = play()
    made = one.apply(2)
    one.train(made)
    one.score({made[0].pk: (25, 15, 25, 15), made[1].pk: (1, 1, 1, 1)})
    client.force_login(one.scene.planner)
    assert "?classement=1" in read(client, "grant_call", one.call.pk)
    found = read(client, "grant_call", one.call.pk, classement="1")
    assert made[0].shown in found and "80,000" in found and "rien n’est écrit" in found
    assert not one.call.selections.exists()
    client.force_login(one.scene.controller)
    assert client.get(reverse("grant_call", args=[one.call.pk]), {"classement": "1"}).status_code == 404


def test_a_planner_of_one_place_reads_the_fiches_held_of_their_grants(client: Client) -> None:
    one = play()
    one.granted(1)
    collector = make_user("saisit", "enumerator")
    ready("visite-agr", collector, area=one.scene.commune, by=one.scene.planner)
    phone(collector, "visite-agr", "1", {"subvention": "agr-kita-1", "jour": "2018-05-02"})
    assert taken("visite-agr", one.scene.planner) == (0, 1)
    for place, seen in ((one.scene.commune, True), (one.scene.communes[1], False)):
        planner = make_user(f"planifie-{place.pk}", "programme_manager", place)
        client.force_login(planner)
        assert ("agr-kita-1" in read(client, "field_fiches")) == seen


def test_a_group_is_looked_for_where_the_person_works_with_one_answer(client: Client) -> None:
    one = play()
    [household] = make_households(1, one.scene.village)
    [other] = make_households(1, make_village(make_commune("ML060101"), 1))
    found = Household.objects.get(pk=household)
    said = {
        "rsu": found.rsu, "porteur": found.memberships.get(role="recipient").person_id, "activite": "commerce",
        "description": "Condiments", "recettes": "20000", "depenses": "12000", "revenu": "15000",
        "groupement": "Benkadi",
    }  # fmt: skip
    client.force_login(one.scene.agent)
    new = reverse("grant_application_new", args=[one.call.pk])
    for number in (Household.objects.get(pk=other).rsu, "1111-1111-11"):
        answer = send(client, new, **said, membres=number)
        assert f"Aucun ménage d’une commune de l’appel n’a le numéro RSU « {number} »" in answer


def test_lists_are_neither_printed_nor_exported_without_the_register(client: Client) -> None:
    one = play()
    one.granted(1)
    lists = [reverse(name) for name in ("grants", "grant_instalments")]
    lists.append(reverse("grant_applications", args=[one.call.pk]))
    client.force_login(one.scene.agent)
    for address in lists:
        page = client.get(address).content.decode()
        assert "AGR-KITA-0001" in page and "Exporter (CSV)" not in page and "Imprimer" not in page
        assert [client.get(address, ask).status_code for ask in ({"format": "csv"}, {"imprimer": "oui"})] == [404, 404]
    client.force_login(one.scene.decider)
    for address in lists:
        assert "Exporter (CSV)" in client.get(address).content.decode()
        assert [client.get(address, ask).status_code for ask in ({"format": "csv"}, {"imprimer": "oui"})] == [200, 200]


def test_a_stranger_is_shown_no_page_of_real_objects(client: Client, settings: Any) -> None:
    one = play()
    grant = one.granted(1)[0]
    one.released(grant)
    piece = instalments.add_evidence(
        grant.instalments.get(number=2), "photo", picture(), note="Étal monté", by=one.scene.agent
    )
    asked = [
        *((name, [one.call.pk]) for name in ("grant_call", "grant_applications", "grant_application_new")),
        *((name, [one.call.pk]) for name in ("grant_applications_send", "grant_scores_send")),
        ("grant_scores", [one.call.pk, one.call.jurors.all()[0].pk]),
        *((name, [one.call.selections.get().pk]) for name in ("grant_selection", "grant_minutes")),
        ("grant_training", [one.call.trainings.all()[0].pk]), ("grant_application", [grant.application_id]),
        ("grant", [grant.pk]), ("grant_evidence", [piece.pk]),
    ]  # fmt: skip
    acted = [("grant_act", grant.pk, "visiter"), ("grant_call_act", one.call.pk, "former")]
    acted += [("grant_selection_act", one.call.selections.get().pk, "appeler")]
    other = type(one.scene.operator).objects.create(code="ONG-B", name="ONG B (essai)", kind="ngo")
    far = make_user("loin", "social_officer", make_commune("ML060101"))
    strangers = [make_agent("etranger", other, one.scene.commune), far]
    settings.FENCED = True
    for person in strangers:
        client.force_login(person)
        for name, numbers in asked:
            assert client.get(reverse(name, args=numbers)).status_code == 404, (person, name)
        for name, number, verb in acted:
            answer = client.post(reverse(name, args=[number, verb]), {"cle": str(uuid.uuid4()), "motif": "essai"})
            assert answer.status_code == 404, (person, name)
        for name in ("grants", "grant_instalments", "grant_graduations", "grant_calls"):
            assert "AGR-KITA" not in read(client, name)


def test_who_follows_another_commune_finds_no_household_of_this_one(client: Client, settings: Any) -> None:
    one = play()
    grant = one.granted(1)[0]
    person, call = str(grant.recipient), one.call.pk
    held, made = one.call.trainings.all()[0].pk, one.call.selections.get().pk
    closed = (("grant", grant.pk), ("grant_application", grant.application_id), ("grant_training", held))
    opened = (("grant_applications", [call]), ("grant_call", [call]), ("grant_selection", [made]))
    away = make_agent("lointain", one.scene.operator, make_commune("ML060101"))
    for reader in (_elsewhere(one), away):
        settings.FENCED = True
        client.force_login(reader)
        for name, number in (*closed, ("grant_minutes", made)):
            assert client.get(reverse(name, args=[number])).status_code == 404, (reader, name)
        for name, numbers in (("grants", []), ("grant_instalments", []), *opened):
            assert person not in read(client, name, *numbers), (reader, name)
        settings.FENCED = False
