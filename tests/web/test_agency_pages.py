"""An agency's own page: take the orders, look at the results, give them; nothing of another agency."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jigi.foundation.models import User
from jigi.payments.agency_models import AgencyReply, AgencyToken, ResultDraft
from jigi.payments.models import Instruction, PaymentRound, ReturnFile
from jigi.programmes.models import Agency
from tests.factories import make_areas, make_component, make_enrolments, make_households
from tests.payments.agency_scene import accepted, make_agent, offered
from tests.payments.messages import states
from tests.payments.scene import Scene, scene_of
from tests.web.test_payments_pages import as_user, read_csv, text

pytestmark = pytest.mark.django_db


def key(**said: object) -> dict[str, object]:
    return {"cle": str(uuid.uuid4()), **said}


def page_of(scene: Scene, payment_round: PaymentRound) -> str:
    return f"/agence/{scene.agency.code}/tours/{payment_round.pk}/"


def sent(*rows: Sequence[object]) -> SimpleUploadedFile:
    lines = ["reference;statut;montant_fcfa;date", *(";".join(map(str, row)) for row in rows)]
    return SimpleUploadedFile("retour.csv", "\n".join(lines).encode())


def references(payment_round: PaymentRound) -> list[str]:
    return list(
        Instruction.objects.filter(payment_round=payment_round).order_by("id").values_list("reference", flat=True)
    )


def test_orders_are_taken_from_the_file_that_was_downloaded() -> None:
    scene, payment_round, agent = offered(2)
    client, page = as_user(agent), page_of(scene, payment_round)
    assert "ordres à prendre" in text(client.get("/aujourdhui/"))
    assert client.get("/agence/").headers["Location"] == f"/agence/{scene.agency.code}/"
    assert "Prenez d’abord le fichier" in text(client.get(page))
    assert "Aucun fichier d’ordres n’est choisi" in text(client.post(f"{page}accepter/", key(), follow=True))
    b"".join(client.post(f"/paiements/{payment_round.pk}/ordres/{scene.agency.pk}/", key(format="csv")))  # type: ignore[arg-type]
    file = payment_round.order_files.get()
    form = key(fichier=file.pk)
    for _ in range(2):
        shown = text(client.post(f"{page}accepter/", form, follow=True))
    assert f"par {agent.full_name}" in shown and file.file_hash in shown
    assert AgencyReply.objects.get().by == agent
    assert "acceptés" in text(client.get(f"/agence/{scene.agency.code}/"))
    assert "ordres à prendre" not in text(client.get("/aujourdhui/"))


def test_a_refusal_reaches_who_releases_and_comes_back() -> None:
    scene, payment_round, agent = offered(2)
    page = page_of(scene, payment_round)
    shown = text(as_user(agent).post(f"{page}refuser/", key(motif="caisse fermée à Kita"), follow=True))
    assert "Ordres refusés" in shown and "caisse fermée à Kita" in shown
    treasurer = as_user(scene.treasurer)
    assert "ordres refusés" in text(treasurer.get("/aujourdhui/"))
    tour = f"/paiements/{payment_round.pk}/"
    assert "Offrir de nouveau" in text(treasurer.get(tour))
    assert "Offrir de nouveau" not in text(as_user(scene.approver).get(tour))
    reopen = f"{tour}refus/{AgencyReply.objects.get().pk}/rouvrir/"
    assert "affectation" in text(as_user(scene.approver).post(reopen, key(motif="essai"), follow=True))
    assert "offerts de nouveau" in text(treasurer.post(reopen, key(motif="caisse ouverte"), follow=True))
    assert "caisse ouverte" in text(as_user(agent).get(page))


def test_results_are_looked_at_and_then_given_once() -> None:
    scene, payment_round, agent = offered(2)
    accepted(payment_round, scene.agency, agent)
    client, page = as_user(agent), page_of(scene, payment_round)
    first, second = references(payment_round)
    file = sent((first, "PAYE", 30000, "2016-02-10"), (second, "PAYE", 5, "2016-02-10"))
    shown = text(client.post(f"{page}resultats/", key(fichier=file)))
    assert "Rien n’est encore fait" in shown and "montant différent" in shown
    assert states(payment_round) == ["open", "open"] and not ReturnFile.objects.exists()
    form = key(brouillon=ResultDraft.objects.get().pk)
    done = text(client.post(f"{page}resultats/donner/", form, follow=True))
    assert "2 lignes lues : 1 payé" in done and not ResultDraft.objects.exists()
    assert "C’était déjà fait" in text(client.post(f"{page}resultats/donner/", form, follow=True))
    assert states(payment_round) == ["paid", "open"] and ReturnFile.objects.get().made_by == agent
    assert "montant différent" in text(client.get(f"/agence/{scene.agency.code}/exceptions/"))
    assert "retour.csv" in text(client.get(f"/agence/{scene.agency.code}/resultats/"))


def test_a_draft_is_its_authors_alone() -> None:
    scene, payment_round, agent = offered(1)
    accepted(payment_round, scene.agency, agent)
    page = page_of(scene, payment_round)
    (reference,) = references(payment_round)
    as_user(agent).post(f"{page}resultats/", key(fichier=sent((reference, "PAYE", 30000, "2016-02-10"))))
    draft = ResultDraft.objects.get()
    assert reference.encode() not in bytes(draft.content_sealed)
    colleague = as_user(make_agent(scene.agency, "collegue"))
    assert "n’attend plus" in text(colleague.post(f"{page}resultats/donner/", key(brouillon=draft.pk), follow=True))
    assert states(payment_round) == ["open"]


def test_a_wrong_file_is_explained_on_the_page_it_was_sent_from() -> None:
    scene, payment_round, agent = offered(1)
    page = f"{page_of(scene, payment_round)}resultats/"
    refused = as_user(agent).post(page, key(fichier=sent()))
    assert refused.status_code == 400 and "ne sont pas acceptés" in text(refused)
    accepted(payment_round, scene.agency, agent)
    wrong = SimpleUploadedFile("retour.csv", b"a;b\n1;2\n")
    assert "Il manque les colonnes" in text(as_user(agent).post(page, key(fichier=wrong)))
    assert not ResultDraft.objects.exists()


def test_one_order_is_shown_with_its_name_and_answered() -> None:
    scene, payment_round, agent = offered(2)
    first, second = references(payment_round)
    client, page = as_user(agent), page_of(scene, payment_round)
    shown = text(client.get(f"{page}ordres/{first}/"))
    order = Instruction.objects.select_related("recipient").get(payment_round=payment_round, reference=first)
    assert str(order.recipient) in shown and order.account in shown and "Acceptez d’abord" in shown
    accepted(payment_round, scene.agency, agent)
    form = key(statut="PAYE", montant="30 000", date="2016-02-10", transaction="TX1")
    for _ in range(2):
        client.post(f"{page}ordres/{first}/", form)
    assert states(payment_round) == ["paid", "open"] and ReturnFile.objects.count() == 1
    wrong = key(statut="PAYE", montant="5", date="2016-02-10")
    assert "montant différent" in text(client.post(f"{page}ordres/{second}/", wrong, follow=True))
    for said in ({"statut": ""}, {"statut": "PAYE", "montant": "x"}, {"statut": "PAYE", "montant": "1", "date": "x"}):
        assert client.post(f"{page}ordres/{second}/", key(**said)).status_code == 400
    assert client.get(f"{page}ordres/1-1-1-11/").status_code == 404


def test_lists_filter_and_leave_as_files() -> None:
    scene, payment_round, agent = offered(3)
    client, page = as_user(agent), page_of(scene, payment_round)
    first = references(payment_round)[0]
    assert [row["Référence"] for row in read_csv(client.get(f"{page}?format=csv&q={first}"))] == [first]
    assert "Aucune ligne ne répond" in text(client.get(f"{page}?etat=paid"))
    desk = f"/agence/{scene.agency.code}/"
    assert len(read_csv(client.get(f"{desk}?format=csv&ordres=a-prendre"))) == 1
    assert read_csv(client.get(f"{desk}?format=csv&ordres=accepted")) == []
    statement = text(client.get(f"{desk}releve/"))
    assert "90 000" in statement and payment_round.label in statement
    assert [row["Droits"] for row in read_csv(client.get(f"{desk}releve/?format=csv&par=commune"))] == ["3", "3"]


def test_a_token_is_shown_once_and_taken_back() -> None:
    scene, _, agent = offered(1)
    client, page = as_user(agent), f"/agence/{scene.agency.code}/jetons/"
    form = key(usage="logiciel du guichet", jours="90")
    made = text(client.post(page, form))
    token = made.split("Bearer ")[1].split()[0]
    assert Client().get("/api/agences/v1/", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert token not in text(client.post(page, form, follow=True)) and AgencyToken.objects.count() == 1
    assert "logiciel du guichet" in text(client.get(page))
    client.post(f"{page}{AgencyToken.objects.get().pk}/retirer/", key())
    assert Client().get("/api/agences/v1/", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def two_agencies() -> tuple[PaymentRound, dict[Agency, User]]:
    """A round that two agencies pay, each with its person and with a reply."""
    areas = make_areas(communes=2)
    component = make_component(areas.communes, agencies={"AUTRE": areas.communes[1:]})
    for village in (areas.villages[0], areas.villages[2]):
        make_enrolments(component, make_households(2, village), cohort=village.code)
    payment_round = scene_of(component, areas.communes).released()
    agents = {one: make_agent(one, f"agent{one.pk}") for one in Agency.objects.order_by("pk")}
    return payment_round, agents


def test_another_agency_is_nowhere() -> None:
    payment_round, agents = two_agencies()
    (own, agent), (other, theirs) = agents.items()
    for agency, user in agents.items():
        accepted(payment_round, agency, user)
    order = Instruction.objects.filter(payment_round=payment_round, agency=other).first()
    line = Instruction.objects.filter(payment_round=payment_round, agency=own).first()
    assert order and line
    given = sent((order.reference, "PAYE", 30000, "2016-02-10"), (line.reference, "PAYE", 30000, "2016-02-10"))
    client, base = as_user(agent), f"/agence/{own.code}/"
    page = f"{base}tours/{payment_round.pk}/"
    seen = [client.post(f"{page}resultats/", key(fichier=given))]
    client.post(f"{page}resultats/donner/", key(brouillon=ResultDraft.objects.get().pk))
    result = f"{base}resultats/{ReturnFile.objects.get().pk}/"
    seen += [client.get(one) for one in (base, page, result, f"{base}exceptions/", f"{base}releve/", "/aujourdhui/")]
    for one in seen:
        content = one.content.decode()
        assert one.status_code == 200 and other.name not in content and other.code not in content
        assert "autre agence" not in content
    assert "référence inconnue" in text(seen[0]) and order.status == "open"
    for address in (f"/agence/{other.code}/", f"/agence/{other.code}/tours/{payment_round.pk}/",
                    f"/agence/{other.code}/resultats/", f"{page}ordres/{order.reference}/"):  # fmt: skip
        assert client.get(address).status_code == 404
    assert as_user(theirs).get(f"/agence/{other.code}/resultats/{ReturnFile.objects.get().pk}/").status_code == 404


def test_who_works_for_no_agency_finds_no_such_page() -> None:
    scene, payment_round, _ = offered(1)
    client = as_user(scene.officer)
    for address in ("/agence/", f"/agence/{scene.agency.code}/", page_of(scene, payment_round)):
        assert client.get(address).status_code == 404
    elsewhere = as_user(make_agent(scene.agency, "ailleurs", programme="AUTRE"))
    assert elsewhere.get(page_of(scene, payment_round)).status_code == 404


def test_who_works_for_two_chooses() -> None:
    scene, _, agent = offered(1)
    other = Agency.objects.create(code="B", name="Agence B", kind="cash")
    posting = agent.staff_postings.get()
    posting.pk, posting.organisation, posting.starts_on = None, other.code, date(2015, 1, 1)
    posting.save()
    page = text(as_user(agent).get("/agence/"))
    assert scene.agency.name in page and other.name in page
