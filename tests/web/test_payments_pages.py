"""Payments: three hands, figures that add up, nothing seen outside one's posting, nothing done twice."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Sum
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from jigi.enrolment.models import Enrolment
from jigi.foundation.models import AuditEvent, Run, User
from jigi.payments import actions, jobs, queries
from jigi.payments.models import Instruction, PaymentRound, ReturnFile, ReturnLine
from jigi.registry.models import Membership, Person
from tests.factories import ProvedClient, make_households, make_user, make_village
from tests.kept import Kept, once
from tests.payments.scene import Scene, peopled

pytestmark = pytest.mark.django_db


def _scene(folder: Path) -> Scene:
    """Twenty households in the first commune, four in the second."""
    made = peopled(20, communes=("ML010501", "ML010601"))
    made.enrol(make_households(4, make_village(made.communes[1])))
    return made


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def frozen(scene: Scene, term: int = 1) -> PaymentRound:
    return actions.freeze(scene.prepared(term), by=scene.maker)


def as_user(user: User) -> Client:
    client = ProvedClient()
    client.force_login(user)
    return client


def do(client: Client, payment_round: PaymentRound, verb: str, **sent: str) -> str:
    """Post an act with a new key; the text of the page that follows."""
    sent.setdefault("cle", str(uuid.uuid4()))
    return text(client.post(f"/paiements/{payment_round.pk}/faire/{verb}/", sent, follow=True))


def text(response: Any) -> str:
    """What a person reads, with plain spaces."""
    return re.sub(r"[\s\u202f]+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def read_csv(response: Any) -> list[dict[str, str]]:
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content), delimiter=";"))


def status_of(payment_round: PaymentRound) -> str:
    return PaymentRound.objects.get(pk=payment_round.pk).status


def test_a_round_goes_from_open_to_released_by_three_hands(scene: Scene) -> None:
    payment_round = scene.open()
    for user, verb, status in (
        (scene.maker, "prepare", "prepared"), (scene.maker, "freeze", "frozen"),
        (scene.approver, "approve", "approved"), (scene.treasurer, "release", "released"),
    ):  # fmt: skip
        do(as_user(user), payment_round, verb)
        assert status_of(payment_round) == status


def test_the_maker_reads_why_another_person_must_approve(scene: Scene) -> None:
    payment_round = frozen(scene)
    PaymentRound.objects.filter(pk=payment_round.pk).update(made_by=scene.approver)
    page = as_user(scene.approver).get(f"/paiements/{payment_round.pk}/")
    assert "Vous avez préparé ce tour : une autre personne doit l’approuver." in text(page)
    assert b"/faire/approve/" not in page.content
    do(as_user(scene.approver), payment_round, "approve")
    assert status_of(payment_round) == "frozen"


def test_who_lacks_the_right_reads_whose_it_is(scene: Scene) -> None:
    page = text(as_user(scene.officer).get(f"/paiements/{frozen(scene).pk}/"))
    assert "Votre affectation ne permet pas d’approuver un tour. Ce geste revient à : Coordination" in page


def test_the_same_form_twice_and_another_after_it_change_nothing(scene: Scene) -> None:
    payment_round, client, key = frozen(scene), as_user(scene.approver), str(uuid.uuid4())
    assert "Vous avez approuvé 720 000 FCFA" in do(client, payment_round, "approve", cle=key)
    assert "C’était déjà fait" in do(client, payment_round, "approve", cle=key)
    assert "C’était déjà fait : le tour est « approuvé »" in do(client, payment_round, "approve")
    assert scene.balance("programme") == 720_000


def test_a_round_says_whom_it_does_not_pay_and_holds_at_its_release(scene: Scene) -> None:
    def read(user: User) -> str:
        return text(as_user(user).get(reverse("payment_round", args=[payment_round.pk])))

    first, second = Enrolment.objects.order_by("pk")[:2]
    Membership.objects.filter(person=first.recipient_id).update(ended_on="2015-02-01", role="")
    payment_round = frozen(scene)
    assert "Allocataire parti du ménage : 1" in read(scene.maker)
    Person.objects.filter(pk=second.recipient_id).update(died_on="2015-02-01")
    assert "2 ordres n’ont plus personne à payer" in read(scene.approver)
    actions.release(actions.approve(payment_round, by=scene.approver), by=scene.treasurer)
    assert "2 ordres retenus à la libération" in read(scene.maker)


def test_sending_back_needs_a_reason_and_makes_a_draft(scene: Scene) -> None:
    payment_round, client = frozen(scene), as_user(scene.approver)
    page = client.post(f"/paiements/{payment_round.pk}/faire/send_back/", {"cle": str(uuid.uuid4()), "motif": " "})
    assert "Un renvoi sans motif" in text(page) and status_of(payment_round) == "frozen"
    assert "renvoyé" in do(client, payment_round, "send_back", motif="commune coupée")
    assert status_of(payment_round) == "draft"


def test_figures_of_the_page_add_up(scene: Scene, tmp_path: Path) -> None:
    first = scene.released(1)
    scene.answer(first, tmp_path / "1.csv", absent=3)
    scene.close(first)
    second = frozen(scene, 2)
    figures = queries.total(queries.by_commune(second))
    assert (figures.households, figures.orders, figures.arrears_households) == (24, 27, 3)
    assert figures.amount_xof == second.total_xof == 27 * 30_000
    net = second.changes.aggregate(net=Sum("amount_xof"))["net"]
    assert net == figures.amount_xof - first.entitlements_xof
    page = text(as_user(scene.approver).get(f"/paiements/{second.pk}/"))
    assert "810 000" in page and "24 au tour précédent" in page and "Approuver 810 000 FCFA" in page


def test_every_line_of_the_difference_leads_to_its_households(scene: Scene, tmp_path: Path) -> None:
    first = scene.released(1)
    scene.answer(first, tmp_path / "1.csv", absent=3)
    scene.close(first)
    scene.enrol(make_households(2, make_village(scene.communes[0])), first_term=2)
    second, client = frozen(scene, 2), as_user(scene.approver)
    changes = list(second.changes.all())
    assert {change.movement for change in changes} == {"enter", "stay", "arrears"}
    for change in changes:
        page = client.get(f"/paiements/{second.pk}/changements/{change.pk}/", {"format": "csv"})
        assert len(read_csv(page)) == change.households


def test_a_person_sees_the_lines_of_their_communes_only(scene: Scene) -> None:
    payment_round = frozen(scene)
    local = as_user(make_user("local", "social_officer", scene.communes[1]))
    assert len(read_csv(local.get(f"/paiements/{payment_round.pk}/lignes/", {"format": "csv"}))) == 4
    page = text(local.get(f"/paiements/{payment_round.pk}/"))
    assert "1 commune de ce tour est hors de votre affectation" in page
    list_of = f"/paiements/{payment_round.pk}/listes/{{}}/"
    assert local.get(list_of.format(scene.communes[0].pk)).status_code == 404
    assert local.get(list_of.format(scene.communes[1].pk))["Content-Type"] == "application/pdf"


@pytest.mark.parametrize("page", ["", "{}/", "{}/lignes/", "{}/listes/", "retours/", "nouveau/"])
def test_without_a_posting_nothing_exists(scene: Scene, page: str) -> None:
    stranger = User.objects.create_user("personne", full_name="Sans affectation")
    address = f"/paiements/{page.format(scene.prepared().pk)}"
    assert as_user(stranger).get(address).status_code == 404


def test_lines_are_found_by_number_and_by_state(scene: Scene, tmp_path: Path) -> None:
    payment_round, client = scene.released(), as_user(scene.approver)
    scene.answer(payment_round, tmp_path / "1.csv", absent=5)
    address = f"/paiements/{payment_round.pk}/lignes/"

    def found(**asked: str) -> int:
        return len(read_csv(client.get(address, {"format": "csv", **asked})))

    one = Instruction.objects.filter(payment_round=payment_round).select_related("household")[0]
    assert found(q=one.reference) == found(q=one.household.rsu) == 1
    assert (found(etat="absent"), found(etat="unpaid"), found(etat="paid")) == (5, 5, 19)
    assert found(commune=str(scene.communes[1].pk)) == 4
    assert found(commune="0") == 0


def test_opening_takes_ticked_communes_or_all_that_are_free(scene: Scene) -> None:
    client, component = as_user(scene.maker), str(scene.component.pk)

    def opened(**sent: Any) -> str:
        form = {"cle": str(uuid.uuid4()), "composante": component, "echeance": "1", "nature": "term", **sent}
        return text(client.post("/paiements/nouveau/", form, follow=True))

    assert "Aucune commune n’est choisie" in opened()
    assert not PaymentRound.objects.exists()
    assert "ouvert dans 1 commune" in opened(commune=[str(scene.communes[0].pk)])
    assert "ouvert dans 1 commune" in opened(toutes="oui")
    assert [r.communes.get().commune for r in PaymentRound.objects.order_by("pk")] == scene.communes
    assert "n’existe pas" in opened(echeance="99", toutes="oui")


def test_a_large_round_is_left_to_the_worker(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LARGE_ROUND", 10)
    payment_round, client = scene.open(), as_user(scene.maker)
    page = do(client, payment_round, "prepare")
    assert "C’est demandé" in page and "« Préparer » est demandé" in page
    assert "C’était déjà demandé" in do(client, payment_round, "prepare")
    job = ProcrastinateJob.objects.get(task_name=jobs.act.name, status="todo")
    for _ in range(2):  # done again after a crash, it changes nothing
        jobs.act(**job.args)
    assert status_of(payment_round) == "prepared"


def test_a_refused_job_leaves_its_message_on_the_page(scene: Scene) -> None:
    payment_round = frozen(scene)
    with pytest.raises(Exception, match="Votre affectation ne permet pas"):
        jobs.act(payment_round.pk, "approve", scene.maker.pk)
    run = Run.objects.filter(subject=f"payment_round:{payment_round.pk}").latest("pk")
    assert run.status == "failed"
    assert run.message in text(as_user(scene.maker).get(f"/paiements/{payment_round.pk}/"))


def test_the_page_recomputes_the_hash_when_asked(scene: Scene) -> None:
    page = as_user(scene.approver).get(f"/paiements/{frozen(scene).pk}/", {"empreinte": "verifier"})
    assert "la liste est bien celle qui a été gelée" in text(page)


def test_order_files_go_to_those_who_handle_the_whole_round(scene: Scene) -> None:
    payment_round = scene.released()
    address = f"/paiements/{payment_round.pk}/ordres/{scene.agency.pk}/"
    sent = as_user(scene.officer).post(address, {"format": "csv", "cle": str(uuid.uuid4())})
    assert len(read_csv(sent)) == 24
    assert payment_round.order_files.get().total_xof == 720_000
    assert as_user(scene.officer).post(address, {"format": "exe", "cle": str(uuid.uuid4())}).status_code == 404
    local = make_user("local", "payment_officer", scene.communes[0])
    assert as_user(local).get(address).status_code == 404


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_an_order_file_asked_again_after_a_dropped_link_is_the_same_file(scene: Scene, format: str) -> None:
    payment_round = scene.released()
    address = f"/paiements/{payment_round.pk}/ordres/{scene.agency.pk}/"
    form = {"format": format, "cle": str(uuid.uuid4())}
    sent = [b"".join(as_user(scene.officer).post(address, form).streaming_content) for _ in range(2)]
    assert sent[0] == sent[1]
    made = payment_round.order_files.get()
    assert made.file_hash == hashlib.sha256(sent[0]).hexdigest()
    exports = AuditEvent.objects.filter(verb="export", noun="order_file", object_id=str(made.pk)).order_by("id")
    assert [event.after.get("again", False) for event in exports] == [False, True]


def send_return(client: Client, scene: Scene, content: str, name: str = "retour.csv") -> Any:
    file = SimpleUploadedFile(name, content.encode())
    form = {"cle": str(uuid.uuid4()), "agence": str(scene.agency.pk), "fichier": file}
    return client.post("/paiements/retours/", form, follow=True)


def test_a_return_file_is_taken_once_and_its_exceptions_are_worked(scene: Scene) -> None:
    client = as_user(scene.officer)
    order = Instruction.objects.filter(payment_round=scene.released())[0]
    content = f"reference;statut;montant_fcfa\n{order.reference};PAYE;30000\n1-1-1-00;PAYE;30000\n"
    assert "2 lignes lues : 1 payé, 0 non payé, 1 exception" in text(send_return(client, scene, content))
    assert "avait déjà été pris" in text(send_return(client, scene, content))
    line = ReturnLine.objects.get(outcome="unknown")
    address = f"/paiements/retours/exceptions/{line.pk}/"
    assert "aucun ordre de cette référence" in text(client.get(address))
    client.post(f"{address}ecarter/", {"cle": str(uuid.uuid4()), "motif": "autre programme"})
    line.refresh_from_db()
    assert (line.resolution, line.resolved_by) == ("autre programme", scene.officer)
    assert ReturnFile.objects.count() == 1 and not queries.exceptions(scene.officer).exists()


def test_an_exception_is_given_the_order_that_is_offered_and_taken_back(scene: Scene) -> None:
    client = as_user(scene.officer)
    first, second = Instruction.objects.filter(payment_round=scene.released()).order_by("id")[:2]
    broken = [f"{order.reference[:-2]}0x" for order in (first, second)]
    send_return(client, scene, f"reference;statut;montant_fcfa\n{broken[0]};PAYE;30000\n{broken[1]};PAYE;30000\n")
    waiting, after = ReturnLine.objects.order_by("line")
    address = f"/paiements/retours/exceptions/{waiting.pk}/"
    page = text(client.get(address))
    assert first.reference in page and "référence proche, montant" in page
    chosen = {"cle": str(uuid.uuid4()), "ordre": f"{first.origin_round_id}-{first.pk}"}
    answer = client.post(f"{address}rapprocher/", chosen, follow=True)
    assert answer.redirect_chain[-1][0] == f"/paiements/retours/exceptions/{after.pk}/"
    assert f"Ligne rapprochée de l’ordre {first.reference} : payé." in text(answer)
    assert Instruction.objects.get(pk=first.pk).status == "paid"
    answer = client.post(f"{address}defaire/", {"cle": str(uuid.uuid4()), "motif": "mauvais ordre"}, follow=True)
    assert "attend une décision" in text(answer) and Instruction.objects.get(pk=first.pk).status == "open"
    told = client.post(f"{address}rapprocher/", {"cle": str(uuid.uuid4()), "ordre": "x"}, follow=True)
    assert "Aucun ordre n’est choisi" in text(told)


def test_a_file_is_taken_back_on_its_page(scene: Scene) -> None:
    client = as_user(scene.officer)
    order = Instruction.objects.filter(payment_round=scene.released())[0]
    lines = f"reference;statut;montant_fcfa\n{order.reference};PAYE;30000\nTOTAL;;60000\n"
    page = text(send_return(client, scene, lines))
    assert "Le fichier n’annonce pas ce que ses lignes disent" in page and "60 000 FCFA" in page
    address = f"/paiements/retours/{ReturnFile.objects.get().pk}/"
    page = text(client.post(f"{address}defaire/", {"cle": str(uuid.uuid4()), "motif": "doublon"}, follow=True))
    assert "1 ligne reprise" in page and "Ce rapprochement a été défait" in page
    assert Instruction.objects.get(pk=order.pk).status == "open"


def test_a_bad_return_file_is_told_on_the_page(scene: Scene) -> None:
    answer = send_return(as_user(scene.officer), scene, "reference;etat\n1;2\n", "mauvais.csv")
    assert answer.status_code == 400
    assert "mauvais.csv, ligne 1 : Il manque" in text(answer) and "Rien n’a été changé" in text(answer)
    assert not ReturnFile.objects.exists()
    assert as_user(scene.maker).post("/paiements/retours/", {"cle": str(uuid.uuid4())}).status_code == 400


def test_the_frozen_list_is_taken_by_who_sees_the_whole_round(scene: Scene) -> None:
    shown = frozen(scene)
    page = f"/paiements/{shown.pk}/liste-gelee/"
    taken = as_user(scene.approver).get(page)
    assert shown.list_hash in taken["Content-Disposition"] and len(list(taken.streaming_content)) >= 1
    here = make_user("ici", "programme_manager", scene.communes[0])
    assert as_user(here).get(page).status_code == 404
    assert "liste-gelee" not in as_user(here).get(f"/paiements/{shown.pk}/").content.decode()
