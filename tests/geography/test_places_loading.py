"""Places enter from the shipped gazetteer, from tables of villages and from GeoJSON boundaries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import AuditEvent, User
from jigi.geography.actions import install_gazetteer, load_file
from jigi.geography.models import Area, AreaAlias, AreaSuccession, AreaVersion, Boundary

pytestmark = pytest.mark.django_db


@pytest.fixture
def gazetteer() -> None:
    install_gazetteer(by=None)


@pytest.fixture
def admin(shared: Path) -> Path:
    return shared / "data" / "mali_admin"


def village_file(tmp_path: Path, *lines: str, name: str = "villages.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def square(west: float, south: float, side: float = 0.5) -> list[list[list[float]]]:
    east, north = west + side, south + side
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def boundary_file(tmp_path: Path, *features: tuple[dict[str, str], object]) -> Path:
    path = tmp_path / "limites.geojson"
    collection = [
        {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": rings}}
        for properties, rings in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": collection}), encoding="utf-8")
    return path


def places() -> list[tuple[object, ...]]:
    return list(Area.objects.order_by("pk").values_list())


def test_the_gazetteer_is_installed_with_its_versions_and_what_links_them(gazetteer: None) -> None:
    communes = Area.objects.filter(version__code="COD2019", level="commune")
    assert communes.count() == 701
    assert Area.objects.filter(version__code="LOI2023", level="cercle").count() == 159
    menaka = AreaSuccession.objects.get(predecessor__code="ML0704", kind="promoted").successor
    assert (menaka.name, menaka.level) == ("Ménaka", "region")
    assert AreaAlias.objects.filter(area__code="ML010302", name="Colombine").exists()


def test_every_path_is_the_parents_path_and_the_code(gazetteer: None) -> None:
    for area in Area.objects.select_related("parent").exclude(level="country"):
        assert area.parent is not None
        assert area.path == f"{area.parent.path}{area.code}/"


def test_installing_twice_changes_nothing(gazetteer: None) -> None:
    before = places()
    assert not any(install_gazetteer(by=None).values())
    assert places() == before
    assert AuditEvent.objects.filter(noun="geography").count() == 1


def test_installing_repairs_what_was_changed_by_hand(gazetteer: None) -> None:
    Area.objects.filter(code="ML0105").update(name="Kitta")
    assert install_gazetteer(by=None)["lieux"] == 1
    assert Area.objects.get(code="ML0105").name == "Kita"


@pytest.mark.parametrize(
    ("file", "sure"),
    [("mali_villages_elections2013.csv", 0.999), ("mali_villages_yeleman2012_arrondissements.csv", 0.96)],
)
def test_the_village_files_of_mali_are_tied_at_99_percent(gazetteer: None, admin: Path, file: str, sure: float) -> None:
    report = load_file(admin / file, by=None)
    provisional = sum(count for phrase, count in report.means if "à préciser" in phrase)
    assert report.matched >= 0.99 * report.read
    assert report.matched - provisional >= sure * report.read
    assert report.added == Area.objects.filter(level="village").count()
    assert report.read == report.matched + len(report.rejects)


@pytest.mark.size
def test_loading_the_same_villages_twice_changes_nothing(gazetteer: None, admin: Path) -> None:
    load_file(admin / "mali_villages_elections2013.csv", by=None)
    load_file(admin / "mali_villages_yeleman2012_arrondissements.csv", by=None)
    before = places()
    again = load_file(admin / "mali_villages_yeleman2012_arrondissements.csv", by=None)
    assert (again.added, again.changed) == (0, 0)
    assert places() == before


def test_the_number_of_statements_does_not_depend_on_the_villages(gazetteer: None, tmp_path: Path) -> None:
    lines = [f"Village {n},ML010301" for n in range(500)]
    counts = []
    for size in (5, 500):
        with counting_statements() as counter:
            load_file(village_file(tmp_path, "village,adm3_pcode", *lines[:size], name=f"{size}.csv"), by=None)
        counts.append(counter.count)
    assert counts[0] == counts[1] < 25


def test_a_village_is_tied_by_code_then_by_name_then_by_position(gazetteer: None, tmp_path: Path) -> None:
    load_file(boundary_file(tmp_path, ({"adm3_pcode": "ML010301"}, square(-11.6, 14.4))), by=None)
    path = village_file(
        tmp_path,
        "village;commune_code;commune;cercle;lat;lon",
        "A;ML020101;;;14.5;-11.5",
        "B;;SEBECORO;KOLOKANI;;",
        "C;;inconnue;KAYES;14,5;-11,5",
        "D;;;Kayes;14.4431;-11.4459",
        "E;;;Kayes;;",
        "F;;;;;",
    )
    report = load_file(path, by=None)
    tied = dict(Area.objects.filter(level="village").values_list("name", "parent__name"))
    assert tied == {"A": "Banamba", "B": "Sébécoro I", "C": "Bangassi", "D": "Bangassi", "E": "Kayes"}
    assert [(reject.line, reject.reason) for reject in report.rejects] == [(7, "commune introuvable")]


def test_without_boundaries_the_nearest_centre_of_the_cercle_ties(gazetteer: None, tmp_path: Path) -> None:
    report = load_file(village_file(tmp_path, "nom,cercle,lat,lon", "D,Kita,13.07,-9.1"), by=None)
    assert Area.objects.get(name="D").parent.name == "Sébékoro"  # type: ignore[union-attr]
    assert report.means == (("par le centre de commune le plus proche", 1),)


def test_villages_without_code_are_numbered_in_file_order(gazetteer: None, tmp_path: Path) -> None:
    load_file(village_file(tmp_path, "village,adm3_pcode", "Zan,ML010301", "Ako,ML010301"), by=None)
    codes = Area.objects.filter(level="village").order_by("pk").values_list("name", "code")
    assert list(codes) == [("Zan", "ML010301-0001"), ("Ako", "ML010301-0002")]


def test_a_second_file_meets_the_same_villages_under_another_spelling(gazetteer: None, tmp_path: Path) -> None:
    first = village_file(tmp_path, "code,village,adm3_pcode", "77,Sébékoro,ML010301")
    other = village_file(tmp_path, "village,adm3_pcode,population", "SEBECORO,ML010301,900", name="b.csv")
    load_file(first, by=None)
    assert load_file(other, by=None).added == 0
    village = Area.objects.get(level="village")
    assert (village.code, village.name, village.population) == ("77", "Sébékoro", 900)
    assert load_file(first, by=None).changed == 0


def test_codes_that_restart_in_each_commune_get_its_code(gazetteer: None, tmp_path: Path) -> None:
    path = village_file(tmp_path, "code,village,adm3_pcode", "1,A,ML010301", "1,B,ML010302", "1,C,ML010302")
    report = load_file(path, by=None)
    assert set(Area.objects.filter(level="village").values_list("code", flat=True)) == {
        "ML010301-1",
        "ML010302-1",
    }
    assert "déjà donné à la ligne 3" in report.rejects[0].reason


def test_a_code_of_another_place_is_never_taken_over(gazetteer: None, tmp_path: Path) -> None:
    load_file(village_file(tmp_path, "code,village,adm3_pcode", "7,Farako,ML010301"), by=None)
    other = village_file(tmp_path, "code,village,adm3_pcode", "7,Ber,ML020101", "8,Boni,ML020101", name="b.csv")
    report = load_file(other, by=None)
    assert "déjà celui du village « Farako »" in report.rejects[0].reason
    assert Area.objects.get(code="7").name == "Farako"


def test_a_village_never_takes_the_code_of_a_commune(gazetteer: None, tmp_path: Path) -> None:
    path = village_file(tmp_path, "code,village,adm3_pcode", "ML020101,Ber,ML020101", "9,Boni,ML020101")
    report = load_file(path, by=None)
    assert "déjà celui d’un autre lieu" in report.rejects[0].reason
    assert Area.objects.get(code="ML020101").level == "commune"


def test_a_load_that_breaks_leaves_nothing_behind(
    gazetteer: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jigi.foundation.audit.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        load_file(village_file(tmp_path, "village,adm3_pcode", "A,ML010301"), by=None)
    assert not Area.objects.filter(level="village").exists()


def test_positions_outside_the_country_are_left_aside_and_said(gazetteer: None, tmp_path: Path) -> None:
    report = load_file(
        village_file(tmp_path, "village,adm3_pcode,lat,lon", "A,ML010301,48.8,2.3", "B,ML010301,14.5,-11.5"),
        by=None,
    )
    assert Area.objects.get(name="A").latitude is None
    assert report.notes == ("positions incomplètes ou hors du pays, laissées de côté : 1",)


def test_what_did_not_match_is_written_to_be_corrected(gazetteer: None, tmp_path: Path) -> None:
    path = village_file(tmp_path, "village,commune,lat,lon", "A,Bangassi,,", "B,Atlantide,,", "C,Bangassi,x,1")
    report = load_file(path, by=None)
    report.write_rejects(tmp_path / "rejets.csv")
    lines = (tmp_path / "rejets.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines == [
        "village;commune;lat;lon;ligne;colonne;motif",
        "B;Atlantide;;;3;;commune introuvable",
        "C;Bangassi;x;1;4;lat;« x » n’est pas un nombre",
    ]


def test_columns_can_be_named(gazetteer: None, tmp_path: Path) -> None:
    path = village_file(tmp_path, "lieu-dit,c", "A,ML010301")
    load_file(path, by=None, columns={"name": "lieu-dit", "commune_code": "c"})
    assert Area.objects.get(level="village").name == "A"


@pytest.mark.parametrize(("level", "count"), [("adm1", 9), ("adm2", 50), ("adm3", 701)])
def test_the_boundaries_of_mali_all_match(gazetteer: None, admin: Path, level: str, count: int) -> None:
    path = admin / f"mali_{level}_cod2019_light.geojson"
    report = load_file(path, by=None)
    assert (report.matched, report.added, report.rejects, report.notes) == (count, count, (), ())
    again = load_file(path, by=None)
    assert (again.added, again.changed, again.unchanged) == (0, 0, count)
    assert Boundary.objects.count() == count


def test_boundaries_without_codes_match_by_name(gazetteer: None, tmp_path: Path) -> None:
    path = boundary_file(
        tmp_path,
        ({"ADM2_FR": "SEGOU", "ADM1_FR": "Segou"}, square(-6, 13)),
        ({"name": "Youvarou"}, square(-4, 15)),
        ({"name": "Atlantide"}, square(-4, 16)),
    )
    report = load_file(path, by=None)
    assert set(Boundary.objects.values_list("area__code", flat=True)) == {"ML0406"}
    assert [reject.reason for reject in report.rejects] == [
        "nom de plusieurs lieux : « Youvarou »",
        "nom inconnu : « Atlantide »",
    ]


def test_a_code_whose_name_contradicts_it_is_not_believed(gazetteer: None, tmp_path: Path) -> None:
    path = boundary_file(
        tmp_path,
        ({"adm1_pcode": "ML07", "adm1_name": "Taoudénit"}, square(-4, 20)),
        ({"adm1_pcode": "ML08", "adm1_name": "KIDAL"}, square(0, 19)),
    )
    report = load_file(path, by=None)
    assert report.rejects[0].reason == "le code ML07 est celui de « Gao », le contour dit « Taoudénit »"


OPEN_RING = [[[-6, 13], [-5, 13], [-5, 14], [-6, 14]]]
BAD_FILES = {
    "vide": (b"", "vide"),
    "en-tête seul": (b"village,commune\n", "n’a que son en-tête"),
    "autres colonnes": (b"montant,date\n1,2\n", "n’est pas une liste de villages"),
    "aucun village": (b"village,commune\nA,Atlantide\n", "Aucun village"),
    "json tronqué": (b'{"type": "FeatureCollection", "features": [', "JSON"),
    "autre json": (b'{"villages": []}', "collection de contours"),
    "sans contour": (b'{"type": "FeatureCollection", "features": []}', "vide"),
    "cp1252": ('{"type": "FeatureCollection", "nom": "é"}'.encode("cp1252"), "UTF-8"),
    "trop profond": (b"[" * 100_000, "JSON"),
}


@pytest.mark.parametrize(("content", "said"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_bad_file_is_refused_in_french_and_changes_nothing(
    gazetteer: None, tmp_path: Path, content: bytes, said: str
) -> None:
    before = places()
    path = tmp_path / "fichier"
    path.write_bytes(content)
    with pytest.raises(InputError) as refusal:
        load_file(path, by=None)
    assert said in str(refusal.value)
    assert refusal.value.file == str(path)
    assert places() == before


@pytest.mark.parametrize(
    ("rings", "said"),
    [
        (square(2.0, 48.0), "hors du pays"),
        (OPEN_RING, "pas fermé"),
        ([[[-6, 13], [-6, 13]]], "moins de quatre points"),
        ([[["a", 1]] * 4], "pas un nombre"),
        ("x", "anneaux"),
    ],
)
def test_an_unsound_boundary_refuses_the_whole_file(gazetteer: None, tmp_path: Path, rings: object, said: str) -> None:
    sound = ({"adm1_pcode": "ML08"}, square(0, 19))
    with pytest.raises(InputError, match=f"n° 2 .*{said}"):
        load_file(boundary_file(tmp_path, sound, ({"adm1_pcode": "ML07"}, rings)), by=None)
    assert not Boundary.objects.exists()


def test_a_folder_and_a_missing_file_are_refused(gazetteer: None, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="dossier"):
        load_file(tmp_path, by=None)
    with pytest.raises(InputError, match="introuvable"):
        load_file(tmp_path / "absent.csv", by=None)


def test_a_table_in_cp1252_with_semicolons_is_read(gazetteer: None, tmp_path: Path) -> None:
    path = tmp_path / "villages.csv"
    path.write_bytes("Village;Commune;Cercle\nSéfétou;Sébékoro;Kita\n".encode("cp1252"))
    load_file(path, by=None)
    assert Area.objects.get(level="village").name == "Séfétou"


def test_before_the_gazetteer_nothing_can_be_loaded(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="n’est pas installé"):
        load_file(village_file(tmp_path, "village,commune", "A,Bangassi"), by=None)
    assert not AreaVersion.objects.exists()


def test_loading_needs_the_right_over_the_country(gazetteer: None, tmp_path: Path) -> None:
    somebody = User.objects.create_user("agent", full_name="Agent")
    with pytest.raises(Refused):
        load_file(village_file(tmp_path, "village,commune", "A,Bangassi"), by=somebody)


@pytest.mark.parametrize("people", ["99999999999", "9" * 400, "-1"])
def test_a_village_of_too_many_people_is_a_reject(gazetteer: None, tmp_path: Path, people: str) -> None:
    rows = ("A;ML010301;500", f"B;ML010301;{people}")
    report = load_file(village_file(tmp_path, "village;commune_code;population", *rows), by=None)
    assert [(reject.line, reject.column) for reject in report.rejects] == [(3, "population")] and report.added == 1
