"""Order files: what leaves for an agency is what was released, to the line and to the franc."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import AuditEvent
from jigi.foundation.tabular import open_table
from jigi.payments import orders
from jigi.payments.models import OrderFile
from tests.factories import make_component, make_enrolments, make_households, make_user, make_village
from tests.payments.scene import peopled, scene_of, stage

pytestmark = pytest.mark.django_db


def read(path: Path) -> list[dict[str, str]]:
    with open_table(path) as table:
        return [dict(zip(table.header, cells, strict=True)) for _, cells in table]


def test_both_forms_of_a_file_say_the_same(tmp_path: Path) -> None:
    scene = peopled(7)
    payment_round = scene.released()
    made = {
        format: orders.write_orders(payment_round, scene.agency, tmp_path, format=format, by=scene.officer)
        for format in ("csv", "xlsx")
    }
    rows = {format: read(tmp_path / file.file_name) for format, file in made.items()}
    assert rows["csv"] == rows["xlsx"] and len(rows["csv"]) == 7
    total = sum(int(row["montant_fcfa"]) for row in rows["csv"])
    assert total == payment_round.total_xof == made["csv"].total_xof == made["xlsx"].total_xof == 210_000


def test_arrears_are_named(tmp_path: Path) -> None:
    scene = peopled(2)
    scene.answer(first := scene.released(), tmp_path / "retour.csv", absent=1)
    scene.close(first)
    rows = read(scene.order_file(scene.released(2), tmp_path))
    assert sorted(row["nature"] for row in rows) == ["droit", "droit", "rappel"]


def test_a_slip_declares_the_file(tmp_path: Path) -> None:
    scene = peopled(3)
    path = scene.order_file(released := scene.released(), tmp_path)
    (slip,) = read(path.with_name(f"{path.name}.bordereau.csv"))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert slip == {
        "fichier": path.name, "lignes": "3", "total_fcfa": "90000", "empreinte_sha256": digest,
        "empreinte_liste": released.list_hash,
    }  # fmt: skip
    kept = OrderFile.objects.get()
    assert (kept.lines, kept.total_xof, kept.file_hash) == (3, 90_000, digest)
    assert AuditEvent.objects.get(noun="order_file", verb="export").by == scene.officer


def test_each_agency_reads_its_own_lines_only(tmp_path: Path) -> None:
    communes = stage(communes=("ML010501", "ML010502")).communes
    component = make_component(communes, agencies={"UN": communes[:1], "DEUX": communes[1:]})
    for number, area in enumerate(communes, start=1):
        make_enrolments(component, make_households(number, make_village(area)), cohort=area.code)
    scene = scene_of(component, communes)
    payment_round = scene.released()
    lines = {}
    for agency in {line.agency for line in component.agency_communes.all()}:
        scene.agency = agency
        lines[agency.code] = {row["numero_rsu"] for row in read(scene.order_file(payment_round, tmp_path))}
    assert {code: len(found) for code, found in lines.items()} == {"UN": 1, "DEUX": 2}
    assert not lines["UN"] & lines["DEUX"]


def test_nothing_leaves_before_the_release(tmp_path: Path) -> None:
    scene = peopled(1)
    with pytest.raises(Refused, match="après la libération"):
        scene.order_file(scene.prepared(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_orders_are_for_those_who_see_payments(tmp_path: Path) -> None:
    scene = peopled(1)
    payment_round = scene.released()
    scene.officer = make_user("exploitant", "operator")
    with pytest.raises(Refused, match="voir les tours de paiement"):
        scene.order_file(payment_round, tmp_path)


def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    scene = peopled(1)
    taken = tmp_path / "occupé"
    taken.write_text("")
    with pytest.raises(InputError, match="ne peut être écrit"):
        scene.order_file(scene.released(), taken)
    assert not OrderFile.objects.exists()
