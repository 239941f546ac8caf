"""The pages of changes: asked from a household, read before and after, checked by another, undone; by file too."""

from __future__ import annotations

import uuid
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from jigi.changes import actions
from jigi.changes.bulk import COLUMNS
from jigi.changes.models import ChangeBulk, ChangeRequest
from jigi.foundation.models import AuditEvent, User
from jigi.protection import actions as protection
from jigi.registry.models import Household, LivingConditions, Membership, Person
from jigi.web.changes import jobs
from tests.changes.ground import DAY, Scene, make_scene
from tests.factories import ProvedClient, make_user
from tests.foundation.sent import pdf, photo
from tests.kept import Kept, once

pytestmark = pytest.mark.django_db
BABY = {
    "person.given_names": "Sira", "person.surname": "Essai", "person.sex": "F", "person.birth": "01/05/2020",
    "effet": "2020-05-01", "source": "document", "motif": "volet vu",
}  # fmt: skip


def _scene(folder: Path) -> Scene:
    return make_scene()


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def client_of(user: User) -> Any:
    client = ProvedClient()
    client.force_login(user)
    return client


def posted(user: User, address: str, **said: Any) -> str:
    """The page that a form leads to."""
    return client_of(user).post(address, {"cle": str(uuid.uuid4()), **said}, follow=True).content.decode()


def page(user: User, address: str) -> str:
    return client_of(user).get(address).content.decode()


def act(request: ChangeRequest, verb: str) -> str:
    return reverse("change_act", args=[request.pk, verb])


def test_a_birth_goes_from_the_household_s_page_to_the_register(scene: Scene) -> None:
    assert "Demander un changement" in page(scene.maker, reverse("household", args=[scene.one.rsu]))
    assert "Naissance" in page(scene.maker, reverse("change_kinds", args=[scene.one.rsu]))
    paper = SimpleUploadedFile("volet.pdf", pdf())
    shown = posted(scene.maker, reverse("change_ask", args=[scene.one.rsu, "birth"]), **BABY, piece=paper)
    assert "Sira" in shown and "volet.pdf" in shown and "Soumettre" in shown
    request = ChangeRequest.objects.get()
    assert "une autre personne la vérifie" in posted(scene.maker, act(request, "soumettre"))
    assert "est appliquée" in posted(scene.checker, act(request, "decider"))
    assert Household.objects.get(pk=scene.one.pk).size == 4


def test_what_is_wrong_is_said_above_the_form_that_keeps_what_was_typed(scene: Scene) -> None:
    address = reverse("change_ask", args=[scene.one.rsu, "birth"])
    shown = posted(scene.maker, address, **{**BABY, "person.birth": "hier"})
    assert "« hier »" in shown and 'value="Sira"' in shown
    assert not ChangeRequest.objects.exists()


def test_a_correction_begins_with_what_the_register_holds(scene: Scene) -> None:
    child = scene.person("child")
    address = f"{reverse('change_ask', args=[scene.one.rsu, 'identity'])}?membre={child.pk}"
    shown = page(scene.maker, address)
    assert 'value="Oumou"' in shown and 'value="03/2011"' in shown
    assert "De qui" in page(scene.maker, address.partition("?")[0])


def test_one_fact_is_refused_with_its_reason_and_the_other_applied(scene: Scene) -> None:
    child = scene.person("child")
    request = scene.ask("identity", {"person.surname": "Keïta", "person.nickname": "Ba"}, person=child)
    nickname = request.items.get(code="person.nickname")
    said = {f"fait-{nickname.pk}": "non"}
    assert "Il manque pourquoi" in posted(scene.checker, act(request, "decider"), **said)
    posted(scene.checker, act(request, "decider"), **said, **{f"motif-{nickname.pk}": "pas sur l’acte"})
    child.refresh_from_db()
    assert (child.surname, child.nickname) == ("Keïta", "")


def test_who_asked_is_told_why_they_may_not_check(scene: Scene) -> None:
    request = scene.ask("exit")
    assert "une autre personne la vérifie" in page(scene.maker, reverse("change", args=[request.pk]))
    assert "une autre personne doit la vérifier" in posted(scene.maker, act(request, "decider"))


def test_a_conflict_and_a_stale_fact_are_shown(scene: Scene) -> None:
    child = scene.person("child")
    one = scene.ask("identity", {"person.nickname": "Ba"}, person=child)
    two = scene.ask("identity", {"person.nickname": "Bâ"}, person=child)
    assert f"demande {two.pk}" in page(scene.checker, reverse("change", args=[one.pk]))
    actions.decide(one, by=scene.checker)
    assert "périmé" in page(scene.checker, reverse("change", args=[two.pk]))
    assert "a changé depuis la demande" in posted(scene.checker, act(two, "decider"))


def test_what_was_applied_is_undone_by_two_people(scene: Scene) -> None:
    request = scene.ask("exit")
    actions.decide(request, by=scene.checker)
    posted(scene.maker, act(request, "defaire"), motif="erreur de ménage")
    counter = ChangeRequest.objects.get(undoes=request)
    assert "défait la" in page(scene.checker, reverse("change", args=[counter.pk]))
    posted(scene.checker, act(counter, "decider"))
    assert Household.objects.get(pk=scene.one.pk).status == "active"


def test_a_number_and_a_health_are_masked(scene: Scene) -> None:
    officer = make_user("soin", "data_protection_officer")
    person = scene.person("child")
    phone = scene.ask("contact", {"phone.number": "76001122"}, person=person)
    known = {"effective_on": DAY, "reason": "essai", "fact_source": "visit", "by": officer, "person": person}
    health = actions.draft("health", scene.one, typed={"health.walking": "4"}, **known)  # type: ignore[arg-type]
    assert "76001122" not in page(scene.checker, reverse("change", args=[phone.pk]))
    assert "ne peut pas du tout" not in page(scene.checker, reverse("change", args=[health.pk]))
    assert "ne peut pas du tout" in page(officer, reverse("change", args=[health.pk]))


def test_reading_a_request_names_the_household(scene: Scene) -> None:
    request = scene.ask("exit")
    page(scene.checker, reverse("change", args=[request.pk]))
    assert AuditEvent.objects.filter(noun="change_request", verb="see", subjects=[scene.one.pk]).exists()


def test_a_paper_is_kept_and_sent_as_a_file(scene: Scene) -> None:
    request = scene.ask("exit")
    posted(scene.maker, act(request, "joindre"), piece=SimpleUploadedFile("photo.png", photo(format="PNG")))
    address = reverse("change_paper", args=[request.pk, request.evidence.get().pk])
    sent = client_of(scene.checker).post(address, {"cle": str(uuid.uuid4())})
    assert sent["Content-Disposition"].startswith("attachment")
    assert sent["X-Content-Type-Options"] == "nosniff"


def test_the_list_is_filtered_and_exported(scene: Scene) -> None:
    scene.ask("exit")
    scene.ask("merge", other=scene.two.rsu)
    shown = page(scene.checker, reverse("changes") + "?nature=merge&etat=submitted&par=awa&lieu=ML010501")
    assert "Fusion</td>" in shown and "Sortie du registre</td>" not in shown
    answer = client_of(scene.checker).get(reverse("changes") + "?format=csv")
    assert "Sortie du registre" in b"".join(answer.streaming_content).decode()


def test_what_waits_is_in_what_needs_me(scene: Scene) -> None:
    scene.ask("exit")
    assert "1 demande à vérifier" in page(scene.checker, reverse("today"))
    assert "à vérifier" not in page(scene.maker, reverse("today"))


def test_elsewhere_these_pages_do_not_exist(scene: Scene) -> None:
    request = scene.ask("exit")
    agent = make_user("ailleurs", "commune_agent", scene.commune.version.areas.get(code="ML010502"))
    treasurer = make_user("caisse", "treasurer")
    assert client_of(agent).get(reverse("change", args=[request.pk])).status_code == 404
    assert client_of(agent).get(reverse("change_kinds", args=[scene.one.rsu])).status_code == 404
    assert client_of(treasurer).get(reverse("changes")).status_code == 404


def test_a_granted_correction_leads_to_a_request_that_says_so(scene: Scene) -> None:
    officers = [make_user(name, "data_protection_officer") for name in ("dpo", "dpo-deux")]
    child = scene.person("child")
    asked = protection.record(
        "correction", household=scene.one, person=child, asker="la mère", identity_check="carte vue",
        statement="le nom est faux", received_on=DAY, by=officers[0],
    )  # fmt: skip
    protection.accept(asked, reason="acte vu", by=officers[1])
    led = f"?demande={asked.pk}&amp;membre={child.pk}"
    assert led in page(officers[0], reverse("data_request", args=[asked.pk]))
    form = reverse("change_ask", args=[scene.one.rsu, "identity"]) + led.replace("&amp;", "&")
    shown = page(officers[0], form)
    assert f"demande {asked.pk} sur les données" in shown and 'value="Oumou"' in shown


def test_a_merged_household_leads_to_the_other(scene: Scene) -> None:
    actions.decide(scene.ask("merge", other=scene.two.rsu), by=scene.checker)
    assert "dans <a" in page(scene.checker, reverse("household", args=[scene.one.rsu]))
    assert "Ce ménage a fusionné" in page(scene.maker, reverse("change_kinds", args=[scene.one.rsu]))


def sent_file(user: User, *rows: str) -> tuple[Any, str]:
    """The browser that sent a file, and the page it was led to."""
    client = client_of(user)
    content = "\r\n".join([";".join(COLUMNS), *rows]).encode("cp1252")
    said = {"cle": str(uuid.uuid4()), "fichier": SimpleUploadedFile("mai.csv", content)}
    return client, client.post(reverse("change_file"), said, follow=True).content.decode()


def test_a_file_is_shown_then_asked_then_approved(scene: Scene) -> None:
    good = f"{scene.one.rsu};Correction d’identité;3;surnom;Bébé;01/05/2020;acte vu".replace("’", "'")
    client, shown = sent_file(scene.maker, good, f"{scene.two.rsu};décès;8;;;01/05/2020;dit")
    assert "Bébé" in shown and "Aucun membre présent" in shown
    rejects = client.get(reverse("change_file_preview") + "?format=csv")
    assert "Aucun membre" in b"".join(rejects.streaming_content).decode()
    client.post(reverse("change_file_take"), {"cle": str(uuid.uuid4())})
    bulk = ChangeBulk.objects.get()
    assert "Approuver tout" in page(scene.checker, reverse("change_bulk", args=[bulk.pk]))
    assert "1 demande appliquée" in posted(scene.checker, reverse("change_bulk_approve", args=[bulk.pk]))
    assert Person.objects.filter(nickname="Bébé").exists()


def kept_file(scene: Scene) -> ChangeBulk:
    """A file of a death and a roof, sent and kept."""
    rows = (
        f"{scene.one.rsu};décès;3;;;01/05/2020;acte",
        f"{scene.two.rsu};Logement et biens;;Toit;tôle;01/05/2020;visite",
    )
    client, _ = sent_file(scene.maker, *rows)
    client.post(reverse("change_file_take"), {"cle": str(uuid.uuid4())})
    return ChangeBulk.objects.get()


def test_a_line_that_an_approval_left_says_why_and_what_else_touches_it(scene: Scene) -> None:
    bulk = kept_file(scene)
    scene.ask("departure", person=scene.person("child"))
    here = reverse("change_bulk", args=[bulk.pk])
    assert "Une autre demande touche le même fait" in page(scene.checker, f"{here}?attention=conflit")
    LivingConditions.objects.filter(household=scene.two).update(roof="thatch")
    left = posted(scene.checker, reverse("change_bulk_approve", args=[bulk.pk]))
    assert "1 demande appliquée" in left and "1 demande laissée" in left
    assert "Le registre a changé depuis" in page(scene.checker, f"{here}?attention=laissees")


def test_a_whole_file_is_undone_by_another_file(scene: Scene) -> None:
    bulk = kept_file(scene)
    posted(scene.checker, reverse("change_bulk_approve", args=[bulk.pk]))
    assert "Défaire tout ce fichier" in page(scene.maker, reverse("change_bulk", args=[bulk.pk]))
    said = posted(scene.maker, reverse("change_bulk_undo", args=[bulk.pk]), motif="mauvais fichier")
    assert "2 contre-demandes" in said
    made = ChangeBulk.objects.latest("pk")
    posted(scene.checker, reverse("change_bulk_approve", args=[made.pk]))
    assert set(bulk.requests.values_list("status", flat=True)) == {"undone"}


def test_a_large_file_is_approved_by_the_worker(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 1)
    bulk = kept_file(scene)
    said = posted(scene.checker, reverse("change_bulk_approve", args=[bulk.pk]))
    assert "2 demandes en cours d’approbation" in said and "Vous pouvez quitter cette page" in said
    numbers = list(bulk.requests.values_list("pk", flat=True))
    for _ in range(2):  # a worker that was stopped does its job again
        jobs.approve(bulk.pk, numbers, scene.checker.pk)
    assert set(bulk.requests.values_list("status", flat=True)) == {"approved"}


def test_correcting_a_name_forgets_no_father_who_died_or_is_not_seen(scene: Scene) -> None:
    child = scene.person("child")
    Person.objects.filter(pk=child.pk).update(father=scene.person("head"))
    Membership.objects.filter(person=scene.person("head")).update(ended_on=date(2020, 1, 1), end_reason="death")
    address = f"{reverse('change_ask', args=[scene.one.rsu, 'identity'])}?membre={child.pk}"
    shown = page(scene.maker, address)
    assert 'name="retirer-person.father"' in shown and 'name="retirer-person.mother"' not in shown
    typed = {
        "person.nickname": "Ba",
        "person.father": "",
        "effet": "2020-05-01",
        "motif": "acte vu",
        "source": "document",
    }
    posted(scene.maker, address, membre=str(child.pk), **typed)
    assert [item.code for item in ChangeRequest.objects.get().items.all()] == ["person.nickname"]
    posted(scene.maker, address, membre=str(child.pk), **typed, **{"retirer-person.father": "oui"})
    latest = ChangeRequest.objects.latest("pk")
    assert {item.code for item in latest.items.all()} == {"person.nickname", "person.father"}
