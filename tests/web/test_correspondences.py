"""A mapping made on the page from two files, tried, kept, and used to import them."""

from __future__ import annotations

import io
import re
import uuid
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from xlsxwriter import Workbook

from jigi.intake.mapping import parse_mapping
from jigi.intake.models import Batch, SavedMapping
from jigi.registry.models import Household, Person
from jigi.web.imports import uploads
from tests.factories import Areas, make_user

HOUSEHOLDS = "Fiche;Code village;Date enquête;Pièces\nF1;ML010501-001;01/05/2016;2\n"
MEMBERS = "Fiche;Prénom;Nom;Sexe;Lien\nF1;Awa;Traoré;2;CM\nF1;Ali;Traoré;1;fils\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(uploads, "FOLDER", tmp_path)
    return tmp_path


@pytest.fixture
def importer(client: Client, areas: Areas) -> Client:
    client.force_login(make_user("awa"))
    return client


def looked_at(client: Client) -> str:
    """The address where the columns of the two files are shown."""
    sent = {"menages": HOUSEHOLDS, "membres": MEMBERS}
    files = {name: SimpleUploadedFile(f"{name}.csv", text.encode("cp1252")) for name, text in sent.items()}
    answer = client.post("/imports/correspondances/", {"cle": str(uuid.uuid4()), **files})
    assert answer.status_code == 302
    return answer.url


def chosen(page: str) -> dict[str, str]:
    """What the selects of the page have chosen."""
    found = {}
    for name, inside in re.findall(r'<select[^>]*? name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        if option := re.search(r"<option(?: value=\"([^\"]*)\")? selected>([^<]*)", inside):
            found[name] = option[1] if option[1] is not None else option[2]
    return found


def said(page: str, **more: str) -> dict[str, str]:
    meant = {"1": "M", "2": "F", "CM": "head"}
    codes = {name: meant[value] for value, name in asked(page) if value in meant}
    return {"cle": str(uuid.uuid4()), "nom": "Kobo 2016", "source": "Kobo", **chosen(page), **codes, **more}


def asked(page: str) -> list[tuple[str, str]]:
    """(value of the file, field that asks what it means)."""
    return re.findall(r'« ([^»]*) » veut dire</span> <select name="([^"]+)"', page)


def test_what_a_code_means_is_not_taken_for_another_column(importer: Client) -> None:
    address = looked_at(importer)
    page = importer.get(address).content.decode()
    importer.post(address, said(page, garder="oui", **{"members.sex": "Lien"}))
    sex = parse_mapping(SavedMapping.objects.get().text, "essai").members.fillings
    assert [dict(one.codes or {}).get("CM") for one in sex if one.name == "sex"] == [None]


def test_columns_are_guessed_tried_kept_and_used(importer: Client, folder: Path) -> None:
    address = looked_at(importer)
    page = importer.get(address).content.decode()
    assert chosen(page)["households.village"] == "Code village" and chosen(page)["members.surname"] == "Nom"
    tried = importer.post(address, said(page, apercu="oui")).content.decode()
    assert "Aperçu" in tried and "2016-05-01" in tried and not SavedMapping.objects.exists()
    assert importer.post(address, said(tried, garder="oui")).url == "/imports/envoyer/"
    assert list(folder.iterdir()) == []
    kept = SavedMapping.objects.get()
    files = {"menages": HOUSEHOLDS, "membres": MEMBERS}
    sent = {name: SimpleUploadedFile(f"{name}.csv", text.encode()) for name, text in files.items()}
    importer.post("/imports/envoyer/", {"cle": str(uuid.uuid4()), "mapping": f"gardee:{kept.pk}", **sent})
    assert Batch.objects.get().source == "Kobo" and Household.objects.get().head_name == "Awa Traoré"
    assert sorted(Person.objects.values_list("sex", flat=True)) == ["F", "M"]


def test_what_is_missing_is_told_and_nothing_of_the_page_is_lost(importer: Client) -> None:
    address = looked_at(importer)
    page = importer.get(address).content.decode()
    answer = importer.post(address, {**said(page, garder="oui"), "members.surname": ""})
    assert answer.status_code == 400 and "surname" in answer.content.decode()
    assert chosen(answer.content.decode())["households.village"] == "Code village"
    assert "Kobo 2016" in answer.content.decode() and not SavedMapping.objects.exists()


def test_a_name_in_use_is_refused_until_the_other_is_retired(importer: Client) -> None:
    for _ in range(2):
        address = looked_at(importer)
        answer = importer.post(address, said(importer.get(address).content.decode(), garder="oui"))
    assert answer.status_code == 400 and "s’appelle déjà" in answer.content.decode()
    kept = SavedMapping.objects.get()
    importer.post(f"/imports/correspondances/{kept.pk}/retirer/", {"cle": str(uuid.uuid4())})
    assert f"gardee:{kept.pk}" not in importer.get("/imports/envoyer/").content.decode()
    assert importer.post(address, said(importer.get(address).content.decode(), garder="oui")).status_code == 302


def test_the_files_of_somebody_else_are_not_looked_at(importer: Client) -> None:
    address = looked_at(importer)
    other = Client()
    other.force_login(make_user("kadi"))
    assert other.get(address).status_code == 404


@pytest.mark.parametrize("content", [b"", b"Fiche;Fiche\n1;2\n", b"%PDF-1.7"])
def test_a_file_that_is_no_table_is_told_at_once(importer: Client, folder: Path, content: bytes) -> None:
    files = {"menages": SimpleUploadedFile("a.csv", content), "membres": SimpleUploadedFile("b.csv", MEMBERS.encode())}
    answer = importer.post("/imports/correspondances/", {"cle": str(uuid.uuid4()), **files})
    assert answer.status_code == 400 and list(folder.iterdir()) == []


def kobo(*more: str) -> SimpleUploadedFile:
    """A workbook of Kobo: the households, their members as a repeat, and sheets of more names."""
    sheets = {
        "RSU 2026": ["_uuid;Village code;Date enquête;Pièces", "u1;ML010501-001;2016-05-01;2"],
        "membres": ["Prénom;Nom;Sexe;Lien;_submission__uuid", "Awa;Traoré;F;chef;u1"],
        **{name: ["Prénom;Nom;Sexe;Lien;_submission__uuid", "Ali;Diarra;M;chef;u1"] for name in more},
    }
    content = io.BytesIO()
    with Workbook(content) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for line, row in enumerate(rows):
                page.write_row(line, 0, row.split(";"))
    return SimpleUploadedFile("kobo.xlsx", content.getvalue())


def test_a_workbook_of_kobo_is_mapped_kept_and_used_alone(importer: Client) -> None:
    sent = {"cle": str(uuid.uuid4()), "menages": kobo()}
    address = importer.post("/imports/correspondances/", sent).url
    page = importer.get(address).content.decode()
    assert chosen(page)["households.key"] == "_uuid" and chosen(page)["members.key"] == "_submission__uuid"
    importer.post(address, said(page, garder="oui"))
    kept = SavedMapping.objects.get()
    assert "RSU 2026" not in kept.text and 'sheet = "membres"' in kept.text
    importer.post("/imports/envoyer/", {"cle": str(uuid.uuid4()), "mapping": f"gardee:{kept.pk}", "menages": kobo()})
    assert Household.objects.get().head_name == "Awa Traoré"


def test_the_sheet_of_the_members_is_chosen(importer: Client) -> None:
    sent = {"cle": str(uuid.uuid4()), "menages": kobo("autres")}
    address = f"{importer.post('/imports/correspondances/', sent).url}?membres=autres"
    page = importer.get(address).content.decode()
    assert chosen(page)["membres"] == "autres" and chosen(page)["menages"] == "RSU 2026"
    assert "Diarra" in importer.post(address, said(page, apercu="oui")).content.decode()
    importer.post(f"{address}&menages=membres", said(page, garder="oui", **{"households.key": "_submission__uuid"}))
    assert not SavedMapping.objects.exists()  # a sheet of members gives no place
    importer.post(address, said(page, garder="oui"))
    assert 'sheet = "autres"' in SavedMapping.objects.get().text


def test_one_table_alone_is_not_enough(importer: Client, folder: Path) -> None:
    file = SimpleUploadedFile("menages.csv", HOUSEHOLDS.encode())
    answer = importer.post("/imports/correspondances/", {"cle": str(uuid.uuid4()), "menages": file})
    assert answer.status_code == 400 and "ne contient qu’un tableau" in answer.content.decode()
    assert list(folder.iterdir()) == []


@pytest.fixture
def local(importer: Client, areas: Areas) -> tuple[Client, SavedMapping]:
    """Somebody who imports for one part of the country, and a mapping that somebody else has kept."""
    address = looked_at(importer)
    importer.post(address, said(importer.get(address).content.decode(), garder="oui"))
    client = Client()
    client.force_login(make_user("kadi", area=areas.communes[0].parent))
    return client, SavedMapping.objects.get()


def done(client: Client, kept: SavedMapping, verb: str) -> str:
    sent = {"cle": str(uuid.uuid4())}
    return client.post(f"/imports/correspondances/{kept.pk}/{verb}/", sent, follow=True).content.decode()


def test_a_kept_mapping_is_found_read_and_taken_as_a_file(local: tuple[Client, SavedMapping]) -> None:
    client, kept = local
    page = client.get("/imports/correspondances/?etat=usage&q=kobo").content.decode()
    assert f"/imports/correspondances/gardees/{kept.pk}/" in page and "Exporter (CSV)" in page
    assert "Kobo 2016" not in client.get("/imports/correspondances/?etat=retiree").content.decode()
    page = client.get(f"/imports/correspondances/gardees/{kept.pk}/").content.decode()
    assert "[household.columns]" in page and "Faire" in page
    file = client.get(f"/imports/correspondances/gardees/{kept.pk}/?format=toml")
    assert file.content.decode() == kept.text and ".toml" in file.headers["Content-Disposition"]


def test_a_mapping_is_retired_and_taken_up_by_who_made_it_or_imports_for_all(
    importer: Client, local: tuple[Client, SavedMapping]
) -> None:
    client, kept = local
    assert "Retirer" not in client.get(f"/imports/correspondances/gardees/{kept.pk}/").content.decode()
    assert "sert à d’autres" in done(client, kept, "retirer")
    assert SavedMapping.objects.get().retired_at is None
    assert "n’est plus proposée" in done(importer, kept, "retirer")
    assert "sert à d’autres" in done(client, kept, "reprendre")
    assert "de nouveau proposée" in done(importer, kept, "reprendre")
    assert SavedMapping.objects.get().retired_at is None


def test_a_mapping_is_not_taken_up_under_a_name_in_use(importer: Client, local: tuple[Client, SavedMapping]) -> None:
    _, kept = local
    done(importer, kept, "retirer")
    SavedMapping.objects.create(name=kept.name, source="x", text="", digest="x", made_by=kept.made_by)
    assert "s’appelle déjà" in done(importer, kept, "reprendre")
