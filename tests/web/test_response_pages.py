"""The pages of a response: prepared, decided by another, followed to its end, each mistake taken back."""

from __future__ import annotations

import uuid
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from jigi.foundation.errors import Refused
from jigi.programmes.amendments import Paper
from jigi.programmes.models import Agreement
from jigi.response import actions, documents, queries
from jigi.response.models import Activation, Document
from jigi.response.proposals import Proposal
from tests.factories import make_commune, make_user
from tests.response.scene import Scene, past, stage

pytestmark = pytest.mark.django_db


def send(client: Client, name: str, *args: object, **said: Any) -> str:
    """Post a form with a key of its own; what the next page says."""
    answer = client.post(reverse(name, args=args), {"cle": str(uuid.uuid4()), **said}, follow=True)
    assert answer.status_code in (200, 403), answer.status_code
    return answer.content.decode()


def page(client: Client, name: str, *args: object, query: str = "") -> str:
    answer = client.get(reverse(name, args=args) + query)
    assert answer.status_code == 200
    if answer.streaming:
        return b"".join(answer.streaming_content).decode()
    return answer.content.decode()


def facts(agreement: Agreement, **changed: str) -> dict[str, str]:
    today = timezone.localdate().isoformat()
    return {
        "numero": "REP-9", "intitule": "Crue à Konna", "choc": "flood", "signal": today, "demande": "Lettre 1",
        "plan": "PNR", "convention": str(agreement.pk), "plafond": "1 000 000", "du": today, "au": "2199-01-01",
        "motifs": "La crue a emporté les greniers.", **changed,
    }  # fmt: skip


def test_a_response_leads_to_its_arms_and_scenarios(client: Client) -> None:
    scene = stage()
    assert scene.arm
    client.force_login(scene.manager)
    shown = page(client, "response", scene.activation.pk)
    for name, *args in (("response_arm", scene.arm.pk), ("response_arms",), ("response_scenarios",)):
        address = reverse(name, args=[scene.activation.pk, *args])
        assert f'href="{address}"' in shown and client.get(address).status_code == 200


def test_a_response_is_prepared_decided_and_told(client: Client) -> None:
    scene = stage(upto="draft")
    client.force_login(scene.manager)
    assert "Aucun" not in page(client, "responses", query="?etat=draft")
    said = send(client, "response_act", scene.activation.pk, "demander")
    assert "une autre personne la prend" in said and "Décider la réponse" not in said
    client.force_login(scene.decider)
    assert "Décider la réponse" in page(client, "response", scene.activation.pk)
    said = send(client, "response_act", scene.activation.pk, "decider", motif="Vu la crue")
    assert "est décidée" in said and "Vu la crue" in said


def test_a_trigger_proposes_places_and_each_has_its_reason(client: Client) -> None:
    scene = stage(upto="draft")
    client.force_login(scene.manager)
    fired, asked = make_commune("ML010501").parent, make_commune("ML020429").parent
    assert fired and asked
    proposed = [Proposal(fired, True, 500, "effectif de 500"), Proposal(asked, False, None)]
    with patch("jigi.web.response.preparing.proposals", lambda trigger, day, places: proposed):
        shown = page(client, "response_new", query="?jour=2018-03-31&lieux=ML0204")
        assert "non proposé" in shown and "effectif de 500" in shown
        body = facts(scene.money.agreement, **{f"motif-{fired.pk}": "", f"motif-{asked.pk}": "Vu sur place"})
        assert "Pourquoi retenir ou écarter" in send(client, "response_new", **body)
        assert not Activation.objects.filter(number="REP-9").exists()
        body[f"motif-{fired.pk}"] = "Le PAM y est déjà"
        send(client, "response_new", **body, **{f"retenu-{asked.pk}": "on", f"personnes-{asked.pk}": "80"})
    made = Activation.objects.get(number="REP-9")
    lines = {line.area_id: (line.proposed, line.kept, line.in_need) for line in made.areas.all()}
    assert lines == {fired.pk: (True, False, None), asked.pk: (False, True, 80)}


def test_a_place_is_said_by_name_and_taken_back(client: Client) -> None:
    scene = stage(upto="draft")
    client.force_login(scene.manager)
    make_commune("ML020429", "Safo")
    pk = scene.activation.pk
    assert "Safo est écarté" in send(client, "response_act", pk, "lieu", lieu="Safo", choix="ecarte", motif="sûr")
    assert "désigne aucun lieu" in send(client, "response_act", pk, "lieu", lieu="Nulle part", motif="sûr")
    line = scene.activation.areas.get(area__name="Safo")
    assert "est ôté" in send(client, "response_area_remove", pk, line.pk)
    assert "n’est pas un nombre" in send(client, "response_act", pk, "lieu", lieu="Safo", motif="a", personnes="dix")


def test_the_facts_are_corrected_while_in_preparation(client: Client) -> None:
    scene = stage(upto="draft")
    client.force_login(scene.manager)
    assert "Soudure (essai)" in page(client, "response_correct", scene.activation.pk)
    said = send(client, "response_correct", scene.activation.pk, **facts(scene.money.agreement))
    assert "est corrigée" in said and "Crue à Konna" in said
    send(client, "response_act", scene.activation.pk, "demander")
    assert client.get(reverse("response_correct", args=[scene.activation.pk])).status_code == 404


def test_a_renewal_is_asked_and_confirmed_on_the_page(client: Client) -> None:
    scene = stage()
    client.force_login(scene.manager)
    said = send(client, "response_act", scene.activation.pk, "prolonger", fin="2199-01-01", motif="Elle dure")
    assert "Elle attend une autre personne" in said
    client.force_login(scene.decider)
    renewal = scene.activation.renewals.get()
    assert "est prolongée" in send(client, "response_renewal", scene.activation.pk, renewal.pk, "confirmer")


def test_lessons_on_the_page(client: Client) -> None:
    scene = stage()
    client.force_login(scene.manager)
    send(client, "response_act", scene.activation.pk, "lecon", lecon="Les listes étaient vieilles", changer="Les dater")
    lesson = scene.activation.lessons.get()
    assert "Les dater" in page(client, "response", scene.activation.pk)
    said = send(client, "response_lesson_withdraw", scene.activation.pk, lesson.pk, motif="erreur")
    assert "retirée" in said and "<s>Les listes étaient vieilles</s>" in said


def test_the_end_is_played_by_two_and_reported(client: Client, tmp_path: Path) -> None:
    scene = stage()
    scene.money.answer(scene.money.released(1), tmp_path / "retour.csv", absent=1)
    past(scene)
    pk = scene.activation.pk
    for user in (scene.manager, scene.decider, scene.manager, scene.decider):
        client.force_login(user)
        said = send(client, "response_act", pk, "finir")
    assert f"La réponse {scene.activation.number} est close" in said
    report = page(client, "response_report", pk)
    assert "120 000" in report and "60 000" in report and "Par cercle" in report
    listed = page(client, "response_households", pk, query="?paye=non&format=csv")
    assert len(listed.strip().splitlines()) == 2


def test_figures_and_their_rows_agree(client: Client, tmp_path: Path) -> None:
    scene = stage()
    scene.money.answer(scene.money.released(1), tmp_path / "retour.csv", absent=1)
    total = queries.total(place.figures for place in queries.by_commune(scene.activation))
    assert queries.households_of(scene.activation).count() == total.households
    client.force_login(scene.manager)
    paid = page(client, "response_households", scene.activation.pk, query="?paye=oui&format=csv")
    assert len(paid.strip().splitlines()) - 1 == total.paid_households
    there = page(client, "response_households", scene.activation.pk, query="?lieu=ML0105&format=csv")
    assert len(there.strip().splitlines()) - 1 == total.households


def test_the_day_shows_what_waits_for_each(client: Client) -> None:
    scene = stage(upto="asked", households=1)
    client.force_login(scene.manager)
    assert "Réponse REP-1" not in client.get("/aujourdhui/").content.decode()
    client.force_login(scene.decider)
    assert "Réponse REP-1" in client.get("/aujourdhui/").content.decode()
    actions.activate(scene.activation, decision="oui", by=scene.decider)
    past(scene)
    for user in (scene.manager, scene.decider):
        assert queries.awaiting(user) == [(scene.activation, "end")]


def test_delays_say_who_is_waited_for(client: Client) -> None:
    scene = stage(households=1)
    client.force_login(make_user("auditrice", "auditor"))
    shown = page(client, "response_delays")
    assert scene.activation.number in shown and "qui établit les listes" in shown


def test_who_does_not_see_shocks_finds_nothing(client: Client) -> None:
    scene = stage(households=1)
    client.force_login(make_user("agente", "enumerator"))
    for name, args in (("responses", []), ("response", [scene.activation.pk]), ("response_delays", [])):
        assert client.get(reverse(name, args=args)).status_code == 404


def test_filters_show_nothing_rather_than_everything(client: Client) -> None:
    scene: Scene = stage(households=1)
    client.force_login(scene.manager)
    region = scene.money.communes[0].parent.parent  # type: ignore[union-attr]
    year = scene.activation.signalled_on.year
    assert "REP-1" in page(client, "responses", query=f"?annee={year}&region={region.pk}")
    for query in ("?annee=1999", "?annee=x", "?region=0", "?choc=flood", "?cherche=rien"):
        assert "REP-1</a>" not in page(client, "responses", query=query)


def test_the_signed_decision_is_joined_kept_and_withdrawn(client: Client) -> None:
    scene = stage(households=1)
    pk = scene.activation.pk
    client.force_login(scene.decider)
    assert "La décision signée n’est pas jointe" in page(client, "response", pk)
    assert "Il manque le document" in send(client, "response_document_join", pk, objet="decision")
    wrong = SimpleUploadedFile("decision.pdf", b"rien de tel")
    assert "PDF, JPEG ou PNG" in send(client, "response_document_join", pk, objet="decision", document=wrong)
    for words in ("La pièce est jointe", "déjà joint"):
        paper = SimpleUploadedFile("décision.png", png())
        assert words in send(client, "response_document_join", pk, objet="decision", document=paper)
    assert "La décision signée n’est pas jointe" not in page(client, "response", pk)
    number = scene.activation.documents.get().pk
    kept = client.post(reverse("response_document", args=[pk, number]), {"cle": str(uuid.uuid4())})
    assert kept["Content-Type"] == "image/png" and b"".join(kept.streaming_content).startswith(b"\x89PNG")  # type: ignore[attr-defined]
    assert "est retirée" in send(client, "response_document_withdraw", pk, number, motif="mauvaise page")
    assert "La décision signée n’est pas jointe" in page(client, "response", pk)


def test_who_only_sees_joins_nothing(client: Client) -> None:
    scene = stage(households=1)
    client.force_login(make_user("auditrice", "auditor"))
    assert "Joindre une pièce" not in page(client, "response", scene.activation.pk)
    refused = client.post(reverse("response_document_join", args=[scene.activation.pk]), {"cle": str(uuid.uuid4())})
    assert refused.status_code == 404


def test_the_database_keeps_a_signed_paper() -> None:
    scene = stage(upto="asked", households=1)
    with pytest.raises(Refused, match="pas encore décidée"):
        documents.join(scene.activation, "decision", Paper("d.png", png()), by=scene.manager)
    made = documents.join(scene.activation, "request", Paper("d.png", png()), by=scene.manager)
    rows = Document.objects.filter(pk=made.pk)
    for lie in (lambda: rows.update(sha256="0" * 64), lambda: rows.delete()):
        with pytest.raises(IntegrityError, match=r"ne change pas|ne s’efface pas"), transaction.atomic():
            lie()
    documents.withdraw(made, reason="une autre année", by=scene.manager)
    with pytest.raises(IntegrityError, match="ne change pas"), transaction.atomic():
        rows.update(withdrawn_at=None)


def png() -> bytes:
    made = BytesIO()
    Image.new("RGB", (4, 4), "white").save(made, "PNG")
    return made.getvalue()
