"""What is read of a line of a return file, what is kept of it, and who may take the file."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import AuditEvent, Run
from jigi.payments import returns
from jigi.payments.models import Instruction, ReturnFile, ReturnLine
from tests.factories import make_households, make_user, make_village
from tests.kept import Kept, once
from tests.payments.scene import Scene, peopled, stage

pytestmark = pytest.mark.django_db

HEADER = "reference;statut;montant_fcfa;date;motif;transaction"


def _scene(folder: Path) -> Scene:
    return peopled(1)


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


@pytest.fixture
def order(scene: Scene) -> Instruction:
    return Instruction.objects.get(payment_round=scene.released())


def taken(scene: Scene, path: Path, *lines: str, header: str = HEADER) -> list[ReturnLine]:
    path.write_text("\n".join((header, *lines)), encoding="utf-8")
    return list(returns.reconcile(path, scene.agency, by=scene.officer).return_file.return_lines.order_by("line"))


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("PAYE payée Payés ok Exécuté", "paid"),
        ("absent ABSENTE non_retiré", "absent"),
        ("refusé Refusée rejeté échec", "refused"),
        ("annulé ANNULÉE extourne", "conflict"),
        ("peut-être ? -", "unreadable"),
    ],
)
def test_the_words_of_agencies_are_understood(scene: Scene, words: str, outcome: str, tmp_path: Path) -> None:
    reference = Instruction.objects.get(payment_round=scene.released()).reference
    for number, word in enumerate(words.split()):
        (line,) = taken(scene, tmp_path / f"{number}.csv", f"{reference};{word.replace('_', ' ')};30000;2016-02-10")
        assert line.outcome == (outcome if number == 0 or outcome in ReturnLine.EXCEPTIONS else "repeated"), word


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("{};PAYE;;2016-02-10", "unreadable"),
        ("{};PAYE;trente mille;2016-02-10", "unreadable"),
        ("{};PAYE;30000;le mois dernier", "unreadable"),
        (";PAYE;30000;2016-02-10", "unreadable"),
        ("{};;30000;2016-02-10", "unreadable"),
        ("{};ABSENT;;", "absent"),
        ("{};REFUSE;rien;bientôt", "refused"),
        ("{};PAYE;30 000;", "paid"),
        ("1-2-3-44;PAYE;30000;", "unknown"),
        ("bonjour;PAYE;30000;", "unknown"),
        ("{}9;PAYE;30000;", "unknown"),
        ("999999999999-1-1-00;PAYE;30000;", "unknown"),
        ("٣-1-1-00;PAYE;30000;", "unknown"),
    ],
)
def test_a_payment_needs_a_reference_an_amount_and_a_day_other_answers_do_not(
    scene: Scene, order: Instruction, line: str, outcome: str, tmp_path: Path
) -> None:
    (read,) = taken(scene, tmp_path / "retour.csv", line.format(order.reference))
    assert read.outcome == outcome


def test_a_payment_without_a_day_is_of_today(scene: Scene, order: Instruction, tmp_path: Path) -> None:
    (line,) = taken(scene, tmp_path / "retour.csv", f"{order.reference};PAYE;30000;")
    assert (line.paid_on, line.date_read) == (date.today(), "")


def test_a_line_is_kept_as_it_was_written(scene: Scene, order: Instruction, tmp_path: Path) -> None:
    (line,) = taken(scene, tmp_path / "retour.csv", f"{order.reference};Payé;30 000;10/02/2016;en main propre;TX-00981")
    assert (line.reference, line.status_read, line.amount_read) == (order.reference, "Payé", "30 000")
    assert (line.date_read, line.reason_read, line.agency_reference) == ("10/02/2016", "en main propre", "TX-00981")
    assert (line.line, line.amount_xof, line.paid_on) == (2, 30_000, date(2016, 2, 10))
    assert line.origin_round_id == order.payment_round_id


def test_what_is_too_long_is_cut_and_what_is_secret_is_masked(scene: Scene, tmp_path: Path) -> None:
    (long, secret) = taken(
        scene, tmp_path / "retour.csv", ";".join("abcdef"[n] * 300 for n in range(6)), ";".join(["76123445"] * 6)
    )
    read = ("reference", "status_read", "amount_read", "date_read", "reason_read", "agency_reference")
    assert [len(getattr(long, name)) for name in read] == [80, 40, 40, 40, 200, 80]
    assert [getattr(secret, name) for name in read] == ["••••••45"] * 6
    assert (secret.amount_xof, secret.outcome) == (None, "unreadable")


def test_columns_come_under_other_names_and_in_any_order(scene: Scene, order: Instruction, tmp_path: Path) -> None:
    header = "Observation;SOMME;Date_paiement;Résultat;Numero ordre;Référence agence"
    (line,) = taken(scene, tmp_path / "retour.csv", f"rien;30000;2016-02-10;PAYE;{order.reference};TX-1", header=header)
    assert (line.outcome, line.reason_read, line.agency_reference) == ("paid", "rien", "TX-1")
    assert line.paid_on == date(2016, 2, 10)


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("statut;montant", "Il manque la colonne « reference »"),
        ("reference;statut", "Il manque la colonne « montant_fcfa »"),
        ("reference", "Il manque les colonnes « statut », « montant_fcfa »"),
    ],
)
def test_the_columns_that_lack_are_named(scene: Scene, header: str, missing: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=missing):
        taken(scene, tmp_path / "retour.csv", "1;2", header=header)


def test_a_file_is_told_with_its_sum_and_its_hash(scene: Scene, order: Instruction, tmp_path: Path) -> None:
    path = tmp_path / "retour.csv"
    taken(scene, path, f"{order.reference};PAYE;30000;", "1-2-3-44;PAYE;30000;")
    kept, digest = ReturnFile.objects.get(), hashlib.sha256(path.read_bytes()).hexdigest()
    assert (kept.file_name, kept.file_hash, kept.made_by) == ("retour.csv", digest, scene.officer)
    assert (kept.lines, kept.paid, kept.paid_xof, kept.exceptions) == (2, 1, 30_000, 1)
    told = AuditEvent.objects.get(verb="reconcile")
    assert (told.by, told.noun, told.object_id) == (scene.officer, "return_file", str(kept.pk))
    assert told.after == {"file": "retour.csv", "lines": 2, "paid_xof": 30_000, "sha256": digest}
    run = Run.objects.filter(kind="payments.reconcile").latest("id")
    assert (run.title, run.by) == ("Rapprochement · retour.csv", scene.officer)


def test_the_same_file_is_known_and_another_agency_s_is_not(scene: Scene, order: Instruction, tmp_path: Path) -> None:
    path = tmp_path / "retour.csv"
    path.write_text(f"{HEADER}\n{order.reference};PAYE;30000;", encoding="utf-8")
    first, again = (returns.reconcile(path, scene.agency, by=scene.officer) for _ in range(2))
    assert (first.known, again.known) == (False, True) and first.return_file == again.return_file
    other = stage(code="autre").agency
    type(other).objects.create(code="AGENCE-B", name="Agence B", kind="bank")
    assert not returns.reconcile(path, type(other).objects.get(code="AGENCE-B"), by=scene.officer).known


def test_an_exception_that_is_dismissed_is_signed_and_told(scene: Scene, tmp_path: Path) -> None:
    waiting, other = taken(scene, tmp_path / "retour.csv", "1-2-3-44;PAYE;30000;", "1-2-3-45;PAYE;30000;")
    returns.dismiss(waiting, by=scene.officer, reason="e" * 300)
    waiting.refresh_from_db()
    other.refresh_from_db()
    assert (waiting.resolved_by, waiting.resolution) == (scene.officer, "e" * 200)
    assert waiting.resolved_at is not None and other.resolved_at is None
    told = AuditEvent.objects.get(verb="dismiss")
    assert (told.by, told.noun, told.object_id) == (scene.officer, "return_line", str(waiting.pk))
    assert told.reason == "e" * 300


def test_a_line_that_was_understood_is_not_dismissed(scene: Scene, order: Instruction, tmp_path: Path) -> None:
    (line,) = taken(scene, tmp_path / "retour.csv", f"{order.reference};PAYE;30000;")
    with pytest.raises(Refused, match="n’attend plus"):
        returns.dismiss(line, by=scene.officer, reason="pourquoi pas")


def test_a_file_is_for_who_reconciles_in_every_commune_of_its_agency(tmp_path: Path) -> None:
    scene = stage(communes=("ML010501", "ML010502"))
    scene.enrol(make_households(1, make_village(scene.communes[0])))
    (line,) = taken(scene, tmp_path / "autre.csv", "1-2-3-44;PAYE;30000;")
    for by, refusal in (
        (make_user("commune", "payment_officer", scene.communes[0]), "ne couvre pas toutes les communes"),
        (make_user("ailleurs", "payment_officer", programme="AUTRE"), "ne couvre pas toutes les communes"),
        (make_user("controle", "auditor"), "ne permet pas ceci : rapprocher"),
    ):
        scene.officer = by
        with pytest.raises(Refused, match=refusal):
            taken(scene, tmp_path / "retour.csv", "1-2-3-44;PAYE;30000;")
        with pytest.raises(Refused, match=refusal):
            returns.dismiss(line, by=by, reason="pas à moi")
    scene.officer = make_user("cercle", "payment_officer", scene.communes[0].parent)
    assert taken(scene, tmp_path / "retour.csv", "1-2-3-45;PAYE;30000;")
