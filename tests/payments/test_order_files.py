"""An order file: for whom, from which round, what its cells hold, what the audit says of it."""

from __future__ import annotations

import csv
from pathlib import Path
from zipfile import ZipFile

import pytest

from jigi.enrolment.models import Enrolment
from jigi.foundation.errors import Refused
from jigi.foundation.models import AuditEvent, User
from jigi.foundation.tabular import open_table
from jigi.payments import actions, orders
from jigi.payments.models import OrderFile, PaymentRound
from jigi.registry.models import Person
from tests.factories import make_households, make_user, make_village
from tests.kept import Kept, once
from tests.payments.scene import Scene, peopled, stage

pytestmark = pytest.mark.django_db

HEADER = ["reference", "numero_rsu", "allocataire", "telephone", "site_de_paiement", "compte", "montant_fcfa",
          "nature", "tour", "empreinte_liste"]  # fmt: skip


def _scene(folder: Path) -> Scene:
    return peopled(2)


scene_once = once("scene", _scene)


@pytest.fixture
def scene(scene_once: Kept[Scene], db: None) -> Scene:
    return scene_once.copy()


def written(
    scene: Scene, payment_round: PaymentRound, folder: Path, by: User | None = None, format: str = "csv"
) -> Path:
    made = orders.write_orders(payment_round, scene.agency, folder, format=format, by=by or scene.officer)
    return folder / made.file_name


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_file_is_named_and_headed_as_agencies_expect(scene: Scene, tmp_path: Path, format: str) -> None:
    payment_round = scene.released()
    path = written(scene, payment_round, tmp_path / "de" / "plus", format=format)
    assert path.name == f"ordres-tour{payment_round.pk}-AGENCE-A.{format}"
    with open_table(path) as table:
        assert list(table.header) == HEADER
        assert [cells[6] for _, cells in table] == ["30000", "30000"]


def test_a_csv_opens_in_excel_with_its_accents_and_columns(scene: Scene, tmp_path: Path) -> None:
    Person.objects.update(given_names="Aïssata", surname="Koné")
    path = written(scene, scene.released(), tmp_path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfreference;numero_rsu;")
    (first, _second) = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";")
    assert first["allocataire"] == "Aïssata Koné"
    assert first["telephone"] == first["compte"] and first["compte"].startswith("+223")


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_name_that_a_spreadsheet_would_run_is_text(scene: Scene, tmp_path: Path, format: str) -> None:
    Person.objects.update(given_names="=2+5", surname="Koné")
    with open_table(written(scene, scene.released(), tmp_path, format=format)) as table:
        assert {cells[2] for _, cells in table} == {"'=2+5 Koné"}


def test_the_same_orders_make_the_same_bytes(scene: Scene, tmp_path: Path) -> None:
    payment_round = scene.released()
    first = written(scene, payment_round, tmp_path / "un", format="xlsx").read_bytes()
    assert (again := written(scene, payment_round, tmp_path / "deux", format="xlsx")).read_bytes() == first
    assert b">2000-01-01T00:00:00Z<" in ZipFile(again).read("docProps/core.xml")
    assert len(set(OrderFile.objects.values_list("file_hash", flat=True))) == 1


def test_a_slip_stands_beside_each_file(scene: Scene, tmp_path: Path) -> None:
    released = scene.released()
    path = written(scene, released, tmp_path, format="xlsx")
    made = OrderFile.objects.get()
    slip = path.with_name(f"{path.name}.bordereau.csv").read_text(encoding="utf-8-sig").splitlines()
    assert slip == [
        "fichier;lignes;total_fcfa;empreinte_sha256;empreinte_liste",
        f"{path.name};2;60000;{made.file_hash};{released.list_hash}",
    ]


def test_the_audit_names_the_file_and_the_households(scene: Scene, tmp_path: Path) -> None:
    path = written(scene, scene.released(), tmp_path)
    made, told = OrderFile.objects.get(), AuditEvent.objects.get(verb="export")
    assert (made.format, made.file_name, made.made_by) == ("csv", path.name, scene.officer)
    assert (told.by, told.noun, told.object_id) == (scene.officer, "order_file", str(made.pk))
    assert told.after == {"file": path.name, "lines": 2, "total_xof": 60_000, "sha256": made.file_hash}
    assert told.subjects == sorted(scene.households)


def test_the_households_named_are_those_of_the_round(scene: Scene, tmp_path: Path) -> None:
    gone, stays = sorted(scene.households)
    scene.close(scene.released())
    Enrolment.objects.filter(household=gone).update(status="suspended")
    written(scene, scene.released(2), tmp_path)
    assert AuditEvent.objects.get(verb="export").subjects == [stays]


def test_a_file_written_again_is_told_again_and_not_recorded_twice(scene: Scene, tmp_path: Path) -> None:
    payment_round = scene.released()
    path = written(scene, payment_round, tmp_path)
    written(scene, payment_round, tmp_path, format="xlsx")
    scene.close(payment_round)
    written(scene, scene.released(2), tmp_path)
    orders.write_again(payment_round, scene.agency, tmp_path / "encore", format="csv", by=scene.officer)
    assert (tmp_path / "encore" / path.name).read_bytes() == path.read_bytes()
    made, told = OrderFile.objects.get(file_name=path.name), AuditEvent.objects.filter(verb="export").latest("id")
    assert (told.by, told.object_id, told.subjects) == (scene.officer, str(made.pk), sorted(scene.households))
    assert told.after == {"file": path.name, "sha256": made.file_hash, "again": True}
    assert OrderFile.objects.count() == 3


# Who, and when


@pytest.mark.parametrize("act", [orders.write_orders, orders.write_again])
def test_orders_are_for_who_sees_the_whole_round_or_works_for_the_agency(tmp_path: Path, act: object) -> None:
    scene = stage(communes=("ML010501", "ML010502"))
    for area in scene.communes:
        scene.enrol(make_households(1, make_village(area)))
    payment_round, own = scene.released(), scene.component.programme.code
    agent, stranger, elsewhere = (make_user(name, "agency_user") for name in ("agent", "etrangere", "ailleurs"))
    agent.staff_postings.update(organisation="AGENCE-A", programme_code=own)
    stranger.staff_postings.update(organisation="AGENCE-B")
    elsewhere.staff_postings.update(organisation="AGENCE-A", programme_code="AUTRE")
    for by in (
        stranger, elsewhere, make_user("commune", "payment_officer", scene.communes[0]),
        make_user("autre", "payment_officer", programme="AUTRE"), make_user("exploite", "operator"),
    ):  # fmt: skip
        with pytest.raises(Refused, match="ne permet pas ceci : voir les tours de paiement"):
            act(payment_round, scene.agency, tmp_path, format="csv", by=by)  # type: ignore[operator]
    for by in (agent, make_user("cercle", "payment_officer", scene.communes[0].parent, programme=own)):
        act(payment_round, scene.agency, tmp_path, format="csv", by=by)  # type: ignore[operator]


def test_orders_leave_from_the_release_to_the_close_and_after(scene: Scene, tmp_path: Path) -> None:
    frozen = actions.freeze(scene.prepared(), by=scene.maker)
    approved = actions.approve(frozen, by=scene.approver)
    with pytest.raises(Refused, match="partent après la libération") as refused:
        written(scene, approved, tmp_path)
    assert refused.value.remedy == "Ce tour est « approuvé »."
    closed = scene.close(actions.release(approved, by=scene.treasurer))
    assert written(scene, closed, tmp_path).exists()
